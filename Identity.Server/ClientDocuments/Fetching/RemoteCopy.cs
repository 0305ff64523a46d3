namespace Identity.Server.ClientDocuments.Fetching;

/// <summary>What is known of a document on another host.</summary>
/// <typeparam name="T">What the document says.</typeparam>
/// <param name="Value">The last good copy, if there ever was one.</param>
/// <param name="FetchedAt">When that was fetched.</param>
/// <param name="FreshUntil">Until when it need not be fetched again.</param>
/// <param name="IsGone">Whether the host has said since that there is no such document any more.</param>
internal sealed record RemoteCopy<T>(T? Value, DateTimeOffset FetchedAt, DateTimeOffset FreshUntil, bool IsGone)
    where T : class
{
    /// <summary>How long the last good copy serves while no other can be had.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(7);

    /// <summary>What is known of a document that was never fetched.</summary>
    public static readonly RemoteCopy<T> None = new(null, default, default, IsGone: false);

    /// <summary>When it was last tried to fetch it, with or without success.</summary>
    public DateTimeOffset TriedAt { get; init; } = FetchedAt;

    /// <summary>How many bytes of memory to count for it.</summary>
    public int Size { get; init; }

    /// <summary>Whether anything new may be based on it.</summary>
    /// <param name="now">The time.</param>
    /// <returns>False where there is no copy, it is too old, or the document is gone.</returns>
    public bool Serves(DateTimeOffset now) => Value is not null && !IsGone && now < FetchedAt + Lifetime;
}
