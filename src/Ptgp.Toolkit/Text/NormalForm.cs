using System.Text;
using Ptgp.Backbone.Tokenization.Normalizers;

namespace Ptgp.Toolkit.Text;

/// <summary>Unicode's normal forms, which .NET leaves out where it runs without the data of cultures, as Ptgp does.</summary>
public static class NormalForm
{
    private static readonly UnicodeForm[] forms = [new(NormalizationForm.FormC), new(NormalizationForm.FormD), new(NormalizationForm.FormKC), new(NormalizationForm.FormKD)];

    /// <summary>Brings text to a form.</summary>
    public static string Of(string text, NormalizationForm form)
    {
        ArgumentNullException.ThrowIfNull(text);
        var rules = forms[form switch { NormalizationForm.FormC => 0, NormalizationForm.FormD => 1, NormalizationForm.FormKC => 2, _ => 3 }];
        if (rules.IsKept(text))
        {
            return text;
        }

        var result = new StringBuilder(text.Length);
        foreach (var (value, _) in rules.Apply(text))
        {
            result.Append(new Rune(value).ToString());
        }

        return result.ToString();
    }
}
