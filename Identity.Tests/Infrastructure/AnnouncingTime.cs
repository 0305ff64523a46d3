using System.Threading.Channels;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Identity.Tests.Infrastructure;

/// <summary>The clock of a server that tells when something begins to wait for it: before that, moving it would wake nobody.</summary>
internal sealed class AnnouncingTime(TimeProvider time) : TimeProvider
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Channel<TimeSpan> _timers = Channel.CreateUnbounded<TimeSpan>();

    /// <inheritdoc />
    public override long TimestampFrequency => time.TimestampFrequency;

    /// <inheritdoc />
    public override TimeZoneInfo LocalTimeZone => time.LocalTimeZone;

    /// <summary>Takes the place of the clock among some services.</summary>
    public static AnnouncingTime In(IServiceCollection services)
    {
        var announcing = new AnnouncingTime((TimeProvider)services.Last(service => service.ServiceType == typeof(TimeProvider)).ImplementationInstance!);
        services.Replace(ServiceDescriptor.Singleton<TimeProvider>(announcing));
        return announcing;
    }

    /// <summary>Waits until something waits for so long; what waits for another time is passed over.</summary>
    public async Task WaitForTimerAsync(TimeSpan dueTime)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (await _timers.Reader.ReadAsync(patience.Token) != dueTime)
        {
        }
    }

    /// <inheritdoc />
    public override DateTimeOffset GetUtcNow() => time.GetUtcNow();

    /// <inheritdoc />
    public override long GetTimestamp() => time.GetTimestamp();

    /// <inheritdoc />
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = time.CreateTimer(callback, state, dueTime, period);
        _timers.Writer.TryWrite(dueTime);
        return timer;
    }
}
