using System.Text;

namespace Identity.Benchmarks.Load;

/// <summary>A client's connection: each refresh token buys the next one.</summary>
internal sealed class Chain(string clientId, string refreshToken)
{
    private string _refreshToken = refreshToken;

    /// <summary>Refreshes once, and makes sure that the answer is one.</summary>
    /// <exception cref="InvalidDataException">It has no access token, or no new refresh token.</exception>
    public void Refresh(LoadConnection connection)
    {
        var (status, body) = connection.Post("/connect/token", "application/x-www-form-urlencoded",
            $"grant_type=refresh_token&client_id={clientId}&refresh_token={_refreshToken}");
        if (status is not 200 || Read(body.Span, "\"access_token\""u8) is null
            || Read(body.Span, "\"refresh_token\""u8) is not { } next || next == _refreshToken)
        {
            throw new InvalidDataException($"That is no refreshed connection ({status}): {Encoding.UTF8.GetString(body.Span)}");
        }

        _refreshToken = next;
    }

    // Tokens need no escapes, neither in JSON nor in a form.
    private static string? Read(ReadOnlySpan<byte> json, ReadOnlySpan<byte> name)
    {
        var at = json.IndexOf(name);
        if (at < 0)
        {
            return null;
        }

        var rest = json[(at + name.Length)..];
        rest = rest[(rest.IndexOf((byte)'"') + 1)..];
        return rest.IndexOf((byte)'"') is > 0 and var length ? Encoding.ASCII.GetString(rest[..length]) : null;
    }
}
