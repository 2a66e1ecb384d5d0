namespace Ptgp.Toolkit.Metrics;

/// <summary>How BLEU splits a line into words; named as sacreBLEU names it.</summary>
public enum BleuTokenizer
{
    /// <summary><c>13a</c>: as mteval-v13a of NIST; for languages with white space between words. What published figures use.</summary>
    Mteval13a,

    /// <summary><c>intl</c>: as mteval-v14's international mode: any Unicode punctuation and symbol stands alone.</summary>
    International,

    /// <summary><c>zh</c>: every Chinese character stands alone, the rest is split as by <c>13a</c>.</summary>
    Chinese,

    /// <summary><c>char</c>: every character stands alone.</summary>
    Characters,

    /// <summary><c>none</c>: the line is split already.</summary>
    None,
}
