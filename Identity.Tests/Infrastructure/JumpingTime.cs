using Microsoft.Extensions.Time.Testing;

namespace Identity.Tests.Infrastructure;

/// <summary>A clock that passes as a test says, and that can be set to another time without any having passed.</summary>
internal sealed class JumpingTime(DateTimeOffset start) : FakeTimeProvider(start)
{
    private TimeSpan _jumped;

    /// <summary>Sets the clock, as a person or a service of the network does: nothing that counts time sees it.</summary>
    public void Jump(TimeSpan distance) => _jumped += distance;

    /// <inheritdoc />
    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + _jumped;

    /// <inheritdoc />
    public override long GetTimestamp() => base.GetUtcNow().Ticks;
}
