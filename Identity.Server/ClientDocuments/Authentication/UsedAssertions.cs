using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Identity.Server.ClientDocuments.Authentication;

/// <summary>
/// Remembers assertions until they expire, so that none is accepted twice (RFC 7523, section 3). Only those whose signature is good are
/// remembered, up to so many for each client, so that no client can push out another's.
/// </summary>
internal sealed class UsedAssertions(TimeProvider time)
{
    /// <summary>The most of one client.</summary>
    public const int PerClient = 20_000;

    /// <summary>The most of all clients.</summary>
    public const int Total = 200_000;

    private readonly Lock _lock = new();
    private readonly HashSet<UInt128> _used = [];
    private readonly Dictionary<string, int> _counts = new(StringComparer.Ordinal);
    private readonly PriorityQueue<(UInt128 Key, string ClientId), DateTimeOffset> _byExpiry = new();

    /// <summary>Uses an assertion up.</summary>
    /// <param name="clientId">The client that signed it.</param>
    /// <param name="id">Its <c>jti</c>.</param>
    /// <param name="expiresAt">When nobody accepts it any more.</param>
    /// <returns>False where it was used before, or there is no room to remember it.</returns>
    public bool TryUse(string clientId, string id, DateTimeOffset expiresAt)
    {
        var key = CreateKey(clientId, id);
        lock (_lock)
        {
            Forget();
            var count = _counts.GetValueOrDefault(clientId);
            if (count >= PerClient || _used.Count >= Total || !_used.Add(key))
            {
                return false;
            }

            _counts[clientId] = count + 1;
            _byExpiry.Enqueue((key, clientId), expiresAt);
            return true;
        }
    }

    private void Forget()
    {
        var now = time.GetUtcNow();
        while (_byExpiry.TryPeek(out var oldest, out var expiresAt) && expiresAt <= now)
        {
            _byExpiry.Dequeue();
            _used.Remove(oldest.Key);
            if (--_counts[oldest.ClientId] is 0)
            {
                _counts.Remove(oldest.ClientId);
            }
        }
    }

    // As JSON, so that no choice of client id or jti reads as another pair.
    private static UInt128 CreateKey(string clientId, string id)
        => BinaryPrimitives.ReadUInt128BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(JsonSerializer.Serialize([clientId, id], ClientDocumentJson.Default.StringArray))));
}
