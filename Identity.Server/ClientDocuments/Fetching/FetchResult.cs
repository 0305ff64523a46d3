namespace Identity.Server.ClientDocuments.Fetching;

/// <summary>What came of a fetch.</summary>
internal abstract record FetchResult
{
    private FetchResult()
    {
    }

    /// <summary>There is a document.</summary>
    /// <param name="Body">The document, decompressed.</param>
    /// <param name="Lifetime">How long it is fresh.</param>
    internal sealed record Found(ReadOnlyMemory<byte> Body, TimeSpan Lifetime) : FetchResult;

    /// <summary>The host says that there is none (404, 410).</summary>
    internal sealed record Gone : FetchResult;

    /// <summary>It could not be fetched, or must not be; nothing follows for the document.</summary>
    /// <param name="Problem">Why, for the log.</param>
    internal sealed record Failed(string Problem) : FetchResult;
}
