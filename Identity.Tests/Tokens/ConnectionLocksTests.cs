using Identity.Server.Tokens.Connections;
using NUnit.Framework;

namespace Identity.Tests.Tokens;

internal sealed class ConnectionLocksTests
{
    [Test]
    public async Task One_connection_is_locked_once_at_a_time()
    {
        var locks = new ConnectionLocks();
        var first = await locks.AcquireAsync("a", CancellationToken.None);

        var second = locks.AcquireAsync("a", CancellationToken.None).AsTask();
        Assert.That(second.IsCompleted, Is.False);
        first.Dispose();

        (await second).Dispose();
        Assert.That(locks.Count, Is.Zero);
    }

    [Test]
    public async Task Connections_do_not_wait_for_each_other()
    {
        var locks = new ConnectionLocks();

        using var first = await locks.AcquireAsync("a", CancellationToken.None);
        using var second = await locks.AcquireAsync("b", CancellationToken.None);

        Assert.That(locks.Count, Is.EqualTo(2));
    }

    [Test]
    public async Task Who_gives_up_waiting_leaves_nothing_behind()
    {
        var locks = new ConnectionLocks();
        var first = await locks.AcquireAsync("a", CancellationToken.None);
        using var patience = new CancellationTokenSource();
        var second = locks.AcquireAsync("a", patience.Token).AsTask();

        await patience.CancelAsync();

        Assert.That(async () => await second, Throws.InstanceOf<OperationCanceledException>());
        first.Dispose();
        first.Dispose();
        Assert.That(locks.Count, Is.Zero);
        (await locks.AcquireAsync("a", CancellationToken.None)).Dispose();
    }
}
