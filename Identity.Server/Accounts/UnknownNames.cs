using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Identity.Server.Accounts;

/// <summary>
/// Counts wrong attempts at names that no account has, and locks these names as an account would be locked. Without it the
/// lockout message would tell which accounts exist.
/// </summary>
/// <remarks>In memory and bounded: when it is full, the name that was tried least recently is forgotten.</remarks>
internal sealed class UnknownNames(TimeProvider time, IOptions<IdentityOptions> options)
{
    internal const int MaximumEntries = 10_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, LinkedListNode<Entry>> _entries = new(StringComparer.Ordinal);
    private readonly LinkedList<Entry> _byLastUse = new();

    /// <summary>Whether this name is locked at present.</summary>
    public bool IsLockedOut(string normalizedName)
    {
        lock (_gate)
        {
            return _entries.TryGetValue(Key(normalizedName), out var node) && node.Value.LockoutEnd > time.GetUtcNow();
        }
    }

    /// <summary>Records a wrong attempt.</summary>
    /// <returns>Whether the name is locked now.</returns>
    public bool AccessFailed(string normalizedName)
    {
        var lockout = options.Value.Lockout;
        var key = Key(normalizedName);
        lock (_gate)
        {
            var entry = new Entry(key, 0, null);
            if (_entries.Remove(key, out var node))
            {
                entry = node.Value;
                _byLastUse.Remove(node);
            }
            else if (_entries.Count >= MaximumEntries)
            {
                _entries.Remove(_byLastUse.First!.Value.Key);
                _byLastUse.RemoveFirst();
            }

            entry = entry.FailedCount + 1 >= lockout.MaxFailedAccessAttempts
                ? entry with { FailedCount = 0, LockoutEnd = time.GetUtcNow() + lockout.DefaultLockoutTimeSpan }
                : entry with { FailedCount = entry.FailedCount + 1 };
            _entries[key] = _byLastUse.AddLast(entry);
            return entry.LockoutEnd > time.GetUtcNow();
        }
    }

    // Names of any length cost the same memory, and what people mistype, a password now and then, is not kept.
    private static string Key(string name) => Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(name)));

    private sealed record Entry(string Key, int FailedCount, DateTimeOffset? LockoutEnd);
}
