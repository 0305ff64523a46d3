using Identity.Server.ClientDocuments.Authentication;
using Microsoft.Extensions.Time.Testing;

namespace Identity.Tests.ClientDocuments;

public sealed class UsedAssertionsTests
{
    private readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow());

    [Test]
    public void An_assertion_is_used_once_until_it_expires()
    {
        var used = new UsedAssertions(_time);
        var expiresAt = _time.GetUtcNow().AddMinutes(5);
        Assert.That(used.TryUse("client", "1", expiresAt), Is.True);
        Assert.That(used.TryUse("client", "1", expiresAt), Is.False);
        Assert.That(used.TryUse("client", "2", expiresAt), Is.True);
        Assert.That(used.TryUse("other", "1", expiresAt), Is.True);

        _time.Advance(TimeSpan.FromMinutes(5));
        Assert.That(used.TryUse("client", "1", expiresAt.AddMinutes(5)), Is.True, "forgotten, since it is refused for its age");
    }

    [Test]
    public void A_client_with_very_many_is_refused_and_takes_no_room_from_others()
    {
        var used = new UsedAssertions(_time);
        var expiresAt = _time.GetUtcNow().AddMinutes(5);
        for (var number = 0; number < UsedAssertions.PerClient; number++)
        {
            used.TryUse("client", $"{number}", expiresAt);
        }

        Assert.That(used.TryUse("client", "one more", expiresAt), Is.False);
        Assert.That(used.TryUse("client", "0", expiresAt), Is.False, "none is forgotten to make room");
        Assert.That(used.TryUse("other", "0", expiresAt), Is.True);
    }
}
