using Identity.Server.Accounts.Invitations;

namespace Identity.Server.Accounts.Mail;

/// <summary>Lets one letter of a kind be sent to an account in a while, however often it is asked for.</summary>
internal sealed class MailPace(TimeProvider time)
{
    /// <summary>How long the next one has to wait.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromMinutes(2);

    private const int Many = 10_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<(string UserId, AccountLinkKind Kind), DateTimeOffset> _last = [];

    /// <summary>Takes the letter of this while.</summary>
    /// <param name="userId">The account.</param>
    /// <param name="kind">The kind.</param>
    /// <returns>False where it was taken before.</returns>
    public bool TryTake(string userId, AccountLinkKind kind)
    {
        var now = time.GetUtcNow();
        lock (_gate)
        {
            if (_last.TryGetValue((userId, kind), out var last) && now - last < Pause)
            {
                return false;
            }

            if (_last.Count >= Many)
            {
                foreach (var (key, at) in _last)
                {
                    if (now - at >= Pause)
                    {
                        _last.Remove(key);
                    }
                }
            }

            _last[(userId, kind)] = now;
            return true;
        }
    }
}
