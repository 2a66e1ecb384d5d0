using Ptgp.Backbone;
using Ptgp.Host.Tasks;
using Ptgp.Host.Training;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Ptgp.Host.Tests.Training;

public class TrainedTaskTests
{
    private static readonly string Adapter = Repository.Fixture("adapters", "bert-lora-qa");

    [Fact]
    public void AHeadIsTakenFromTheAdapterThatPeftSavedItIn()
    {
        using var scope = NewDisposeScope();
        var (view, head) = Load("span");
        foreach (var (name, parameter) in head.state_dict())
        {
            var saved = view.Adapter!.Heads["qa_outputs" + name["span".Length..]];
            Assert.Equal(saved.data<float>().ToArray(), parameter.data<float>().ToArray());
        }
    }

    [Fact]
    public void AnAdapterWithoutTheHeadIsAnError()
    {
        using var scope = NewDisposeScope();
        var error = Assert.Throws<UserException>(() => Load("classes"));
        Assert.Equal($"LinearHead has parameters, but '{Adapter}' holds no head.safetensors. Was it trained for this task?", error.Message);
    }

    private static (BackboneView View, LinearHead Head) Load(string name)
    {
        var folder = CheckpointFolder.Open(Repository.Fixture("adapters", "base-bert"));
        var head = new LinearHead(name, folder.Config.Width);
        var view = new BackboneView(folder.Describe("base"), null!, folder.LoadTransformer(CPU, ScalarType.Float32));
        new TrainedTask(folder, view, head).Load(Adapter, ScalarType.Float32);
        return (view, head);
    }

    private sealed class LinearHead : nn.Module
    {
        public LinearHead(string name, long width) : base("head") => register_module(name, (Linear)nn.Linear(width, 2));
    }
}
