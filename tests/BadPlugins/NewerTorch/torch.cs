namespace TorchSharp;

public static class torch
{
    public static int NewerThanYou => 1;
}
