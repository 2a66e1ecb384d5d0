using System.Globalization;

namespace Ptgp.Toolkit.Speech;

/// <summary>The entries of a vocabulary that steer Whisper, and its time marks: what differs between its checkpoints, told by vocabulary and description.</summary>
public sealed class SpeechMarks
{
    private readonly ITokenizer tokenizer;

    private SpeechMarks(IBackbone backbone)
    {
        tokenizer = backbone.Tokenizer;
        (Start, Previous, NoTimes) = (Find("startoftranscript"), Find("startofprev"), Find("notimestamps"));
        NoSpeech = tokenizer.TryFind("<|nospeech|>", out var none) || tokenizer.TryFind("<|nocaptions|>", out none) ? none : null;
        (Zero, End, Frames) = (Find("0.00"), tokenizer.EndId, backbone.Description.MaxLength);
        var last = Zero;
        while (last + 1 < tokenizer.Count && Seconds(last + 1) > Seconds(last))
        {
            last++;
        }

        Steps = last - Zero;
        if (Steps == 0 || Frames % Steps != 0)
        {
            throw new InvalidOperationException($"The time marks of the vocabulary must share out the {Frames} frames of a window evenly, but there are {Steps} steps. Choose a checkpoint that was taught to mark times.");
        }

        (SecondsPerStep, Window) = (Seconds(Zero + 1), Seconds(last));
    }

    /// <summary>Gets what the writing begins with.</summary>
    public int Start { get; }

    /// <summary>Gets what stands before the text that was written before.</summary>
    public int Previous { get; }

    /// <summary>Gets what says that no times are to be marked.</summary>
    public int NoTimes { get; }

    /// <summary>Gets what is written where nobody speaks; null where the vocabulary lacks it.</summary>
    public int? NoSpeech { get; }

    /// <summary>Gets the mark of a window's start. Greater ids are later marks.</summary>
    public int Zero { get; }

    /// <summary>Gets the id of the end: those before it are text.</summary>
    public int End { get; }

    /// <summary>Gets how many frames a window has.</summary>
    public int Frames { get; }

    /// <summary>Gets how many steps a window's marks make.</summary>
    public int Steps { get; }

    /// <summary>Gets how long a step between two marks is, in seconds.</summary>
    public double SecondsPerStep { get; }

    /// <summary>Gets how long a window is, in seconds.</summary>
    public double Window { get; }

    /// <summary>Gets how many frames a step is.</summary>
    public int FramesPerStep => Frames / Steps;

    /// <summary>Gets how long a frame is, in seconds.</summary>
    public double SecondsPerFrame => 1 / FramesPerSecond;

    /// <summary>Gets how many frames make a second.</summary>
    public double FramesPerSecond => FramesPerStep / SecondsPerStep;

    /// <summary>Gets the languages, by code; empty where only English is heard.</summary>
    public IReadOnlyDictionary<string, int> Languages => tokenizer.Languages;

    /// <summary>Reads the vocabulary of a backbone.</summary>
    /// <exception cref="InvalidOperationException">It is not one that hears; the message says what it lacks.</exception>
    public static SpeechMarks Of(IBackbone backbone) => new(backbone);

    /// <summary>Tells whether a token marks a time.</summary>
    public bool IsTime(int id) => id >= Zero;

    /// <summary>Gets what is written first: the start, and where languages can be chosen the language and the task.</summary>
    public int[] Beginning(string? language, SpeechTask task) => language is null ? [Start] : [Start, Languages[language], Find(task.ToString().ToLowerInvariant())];

    /// <summary>Gets the tokens that are no speech and not the end, which are never to be written.</summary>
    public IEnumerable<int> Control => ((string[])["transcribe", "translate", "startoflm"]).Select(name => tokenizer.TryFind($"<|{name}|>", out var id) ? id : Start).Append(Start).Append(Previous).Append(NoSpeech ?? Start).Distinct();

    /// <summary>Gets the text of tokens, times left out.</summary>
    public string Text(IEnumerable<int> ids) => tokenizer.Decode(ids.Where(id => id < End), skipSpecialTokens: false);

    /// <summary>Gets the tokens of a text that stands behind something else.</summary>
    public IReadOnlyList<int> Encode(string text) => [.. tokenizer.Tokenize(" " + text.Trim()).Select(token => token.Id)];

    private int Find(string name) => tokenizer.TryFind($"<|{name}|>", out var id) ? id : throw new InvalidOperationException(
        $"The vocabulary of a backbone that writes down speech must have '<|{name}|>', but has not. Choose a Whisper checkpoint.");

    private double Seconds(int id) => tokenizer.GetEntry(id) is var entry && entry.StartsWith("<|", StringComparison.Ordinal)
        && double.TryParse(entry.AsSpan(2, Math.Max(0, entry.Length - 4)), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) ? seconds : -1;
}
