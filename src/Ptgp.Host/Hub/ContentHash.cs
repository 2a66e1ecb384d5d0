using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Ptgp.Host.Hub;

/// <summary>The hash that the hub names a file by: SHA-256 of large ones, Git's SHA-1 of a blob for the others.</summary>
/// <param name="Digits">In hexadecimal digits of lower case: 64 or 40.</param>
internal sealed record ContentHash(string Digits)
{
    private const int Sha256Digits = 64, Sha1Digits = 40;

    /// <summary>Reads a hash, or an HTTP entity tag that holds one; null for what is neither.</summary>
    public static ContentHash? Parse(string? tag)
    {
        var digits = tag?.Trim();
        digits = digits?.StartsWith("W/", StringComparison.Ordinal) == true ? digits[2..] : digits;
        digits = digits?.Trim('"').ToLowerInvariant();
        return digits?.Length is Sha256Digits or Sha1Digits && digits.All(char.IsAsciiHexDigitLower) ? new(digits) : null;
    }

    /// <summary>Whether a file has this hash.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public async Task<bool> FitsAsync(string path, CancellationToken cancellation)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1, FileOptions.SequentialScan | FileOptions.Asynchronous);
        using var hash = IncrementalHash.CreateHash(Digits.Length == Sha256Digits ? HashAlgorithmName.SHA256 : HashAlgorithmName.SHA1);
        if (Digits.Length == Sha1Digits)
        {
            hash.AppendData(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"blob {stream.Length}\0")));
        }

        var buffer = ArrayPool<byte>.Shared.Rent(1 << 20);
        try
        {
            for (int read; (read = await stream.ReadAsync(buffer, cancellation).ConfigureAwait(false)) > 0;)
            {
                hash.AppendData(buffer.AsSpan(0, read));
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset()) == Digits;
    }

    public override string ToString() => Digits;
}
