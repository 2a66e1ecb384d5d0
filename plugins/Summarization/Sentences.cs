using Ptgp.Toolkit.Text;

namespace Ptgp.Summarization;

/// <summary>The sentences of texts and summaries.</summary>
internal static class Sentences
{
    /// <summary>Takes the first sentences, with the white space between them.</summary>
    public static string First(string text, int count, string? language) =>
        SentenceSplitter.Split(text, language) is var sentences && sentences.Count > count ? text[sentences[0].Start..sentences[count - 1].End] : text;

    /// <summary>Draws as many sentences, in the text's order.</summary>
    public static string Draw(string text, int count, string? language, Random random)
    {
        var sentences = SentenceSplitter.Split(text, language);
        var places = Enumerable.Range(0, sentences.Count).ToArray();
        random.Shuffle(places);
        return string.Join(' ', places.Take(count).Order().Select(place => text[sentences[place]]));
    }

    /// <summary>Puts each sentence on a line of its own, as ROUGE-Lsum counts them. A line that there is ends one too.</summary>
    public static string OnLines(string text, string? language) =>
        string.Join('\n', text.Split('\n').SelectMany(line => SentenceSplitter.Split(line, language).Select(sentence => line[sentence])));
}
