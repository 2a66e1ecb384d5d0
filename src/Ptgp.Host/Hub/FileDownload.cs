using System.Buffers;

namespace Ptgp.Host.Hub;

/// <summary>Fetches a file in parts, several at once, and puts it in its place when its hash is right.</summary>
internal sealed class FileDownload(HubClient client, HubOptions options, IPullProgress progress, HubReference reference, string commit)
{
    private const int BufferSize = 1 << 18;

    /// <summary>Fetches what is missing of a file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="partial">Where it lies until it is whole.</param>
    /// <param name="target">Where it lies then.</param>
    /// <param name="cancellation">Calls it off; what arrived stays for the next run.</param>
    /// <exception cref="UserException">It cannot be fetched or written, or what comes is not the file that was listed.</exception>
    public async Task RunAsync(HubFile file, string partial, string target, CancellationToken cancellation)
    {
        progress.Begin(file);
        while (true)
        {
            bool isResumed;
            using (var content = PartialFile.Open(partial, file, options.PartSize))
            {
                isResumed = content.Done > 0;
                progress.Add(content.Done);
                await FetchAsync(file, content, cancellation).ConfigureAwait(false);
                content.Flush();
            }

            if (await file.Hash.FitsAsync(partial, cancellation).ConfigureAwait(false))
            {
                break;
            }

            PartialFile.Delete(partial);
            progress.Add(-file.Size);
            if (!isResumed)
            {
                throw new UserException($"'{file.Name}' of '{reference}' must have the hash {file.Hash}, but what came has another; it was removed. Run the command again; if it stays so, something between here and '{options.Endpoint.Authority}' changes it.");
            }

            progress.Say($"What an earlier run left of '{file.Name}' is broken; it is fetched anew.");
        }

        File.Move(partial, target, overwrite: true);
        PartialFile.Delete(partial);
    }

    private async Task FetchAsync(HubFile file, PartialFile content, CancellationToken cancellation)
    {
        try
        {
            try
            {
                await FetchPartsAsync(file, content, cancellation).ConfigureAwait(false);
            }
            catch (RangesUnknownException)
            {
                progress.Add(-content.Restart());
                await FetchPartsAsync(file, content, cancellation).ConfigureAwait(false);
            }
        }
        finally
        {
            content.Note();
        }
    }

    private Task FetchPartsAsync(HubFile file, PartialFile content, CancellationToken cancellation) => Parallel.ForEachAsync(
        content.Parts.Where(part => !part.IsWhole).ToList(),
        new ParallelOptions { MaxDegreeOfParallelism = options.Connections, CancellationToken = cancellation },
        async (part, stop) =>
        {
            var retries = new Retries(options);
            await retries.RunAsync(() => FetchOnceAsync(file, content, part, retries, stop), stop).ConfigureAwait(false);
        });

    private async Task<bool> FetchOnceAsync(HubFile file, PartialFile content, FilePart part, Retries retries, CancellationToken cancellation)
    {
        using var answer = await client.OpenAsync(reference, commit, file, part.Next, part.End, cancellation).ConfigureAwait(false);
        if (answer.From != part.Next)
        {
            if (content.Parts.Count > 1)
            {
                throw new RangesUnknownException();
            }

            progress.Add(-part.Done);
            part.Done = 0;
        }

        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            var body = await answer.Response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
            while (!part.IsWhole)
            {
                silence.CancelAfter(options.Silence);
                var wanted = (int)Math.Min(BufferSize, part.Length - part.Done);
                var read = await ReadAsync(body, buffer.AsMemory(0, wanted), answer.Uri, silence.Token, cancellation).ConfigureAwait(false);
                await content.WriteAsync(part, buffer.AsMemory(0, read), cancellation).ConfigureAwait(false);
                progress.Add(read);
                retries.Progress();
            }

            return true;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static async Task<int> ReadAsync(Stream body, Memory<byte> buffer, Uri uri, CancellationToken silence, CancellationToken cancellation)
    {
        try
        {
            var read = await body.ReadAsync(buffer, silence).ConfigureAwait(false);
            return read > 0 ? read : throw new IOException("the connection ended early");
        }
        catch (Exception failure) when (HubAnswer.IsCut(failure, cancellation))
        {
            throw HubErrors.OfConnection(uri, failure);
        }
    }

    /// <summary>The server sends files whole only, so that they cannot come in several parts.</summary>
    private sealed class RangesUnknownException : Exception;
}
