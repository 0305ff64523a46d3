using Identity.Server.Device;
using Microsoft.Extensions.Time.Testing;

namespace Identity.Tests.Device;

internal sealed class UserCodeAttemptsTests
{
    private readonly FakeTimeProvider _time = new();

    [Test]
    public void Many_addresses_together_have_a_limit_too()
    {
        var attempts = new UserCodeAttempts(_time);

        var begun = Enumerable.Range(0, UserCodeAttempts.Maximum + 50).Count(number => attempts.Begin($"192.0.2.{number}") is not null);
        _time.Advance(UserCodeAttempts.Window);

        Assert.That(begun, Is.EqualTo(UserCodeAttempts.Maximum));
        Assert.That(attempts.Begin("192.0.2.1"), Is.Not.Null);
    }

    [Test]
    public void Many_attempts_at_once_are_no_more_than_one_after_another()
    {
        var attempts = new UserCodeAttempts(_time);
        var begun = 0;

        Parallel.For(0, 100, _ =>
        {
            if (attempts.Begin("192.0.2.1") is not null)
            {
                Interlocked.Increment(ref begun);
            }
        });

        Assert.That(begun, Is.EqualTo(UserCodeAttempts.MaximumPerOrigin));
    }

    [Test]
    public void Codes_that_were_right_do_not_count()
    {
        var attempts = new UserCodeAttempts(_time);
        for (var number = 0; number < 1_000; number++)
        {
            attempts.Forgive(attempts.Begin(null)!);
        }

        Assert.That(attempts.Begin(null), Is.Not.Null);
    }
}
