namespace Identity.Stores.FileSystem.Models;

/// <summary>A moment, or none, in the eight bytes of its ticks.</summary>
internal readonly struct CompactTime
{
    // One more than the ticks of the moment, so that zero is none.
    private readonly long _ticks;

    private CompactTime(long ticks) => _ticks = ticks;

    public static implicit operator CompactTime(DateTimeOffset? time) => new(time is { } value ? value.UtcTicks + 1 : 0);

    public static implicit operator DateTimeOffset?(CompactTime time) => time._ticks is 0 ? null : new DateTimeOffset(time._ticks - 1, TimeSpan.Zero);
}
