namespace Identity.Server.Hosting;

/// <summary>How much of a request is read at all.</summary>
internal static class RequestLimits
{
    /// <summary>The size of a request's body, in bytes; a larger one is answered with 413, and a larger form with 400.</summary>
    public const int MaximumBodySize = 64 * 1_024;
}
