using System.ComponentModel.DataAnnotations;
using System.Globalization;

namespace Ptgp.Host.Configuration;

/// <summary>A device's name: <c>auto</c>, <c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class DeviceNameAttribute : ValidationAttribute
{
    /// <summary>The same rule as a regular expression, for the JSON Schema.</summary>
    public const string Pattern = "^(auto|cpu|cuda(:[0-9]+)?)$";

    public override bool IsValid(object? value) => value is "auto" or "cpu" or "cuda"
        || (value is string name && name.StartsWith("cuda:", StringComparison.Ordinal)
            && int.TryParse(name.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out _));

    public override string FormatErrorMessage(string name) => $"{name} must be 'auto', 'cpu', 'cuda' or 'cuda:N'";
}
