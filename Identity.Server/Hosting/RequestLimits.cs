namespace Identity.Server.Hosting;

/// <summary>How much of a request is read at all.</summary>
internal static class RequestLimits
{
    /// <summary>The size of a request's body, in bytes; a larger one is answered with 413, and a larger form with 400.</summary>
    public const int MaximumBodySize = 64 * 1_024;

    /// <summary>Up to which size a form that is too large is taken and thrown away, so that its sender reads the answer.</summary>
    public const int MaximumDiscardedSize = 8 * 1_024 * 1_024;
}
