using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Identity.Server.Hosting;
using Identity.Stores.FileSystem.Models;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Identity;

namespace Identity.Server.Accounts.Invitations;

/// <summary>
/// Links that let who holds them do one thing with one account. Nothing of them is kept: each carries what it is for, encrypted with the
/// keys of this server, and rests on the state of the account, so that it is used up when that changes.
/// </summary>
/// <remarks>ASP.NET Core Identity's own tokens do the same, but go by the machine's clock.</remarks>
internal sealed class AccountLinks(IDataProtectionProvider protection, UserManager<User> users, TimeProvider time)
{
    /// <summary>Makes a link.</summary>
    /// <param name="kind">What it allows.</param>
    /// <param name="user">The account.</param>
    /// <param name="server">The address of the server (<see cref="ServerAddress"/>).</param>
    /// <param name="email">The address to be confirmed, where that is what the link is for.</param>
    /// <param name="lifetime">How long it works; unless given, as long as its kind does.</param>
    /// <returns>The address.</returns>
    public string Create(AccountLinkKind kind, User user, string server, string? email = null, TimeSpan? lifetime = null)
    {
        ArgumentNullException.ThrowIfNull(kind);
        ArgumentNullException.ThrowIfNull(user);
        var content = JsonSerializer.Serialize(
            new AccountLinkContent(user.Id, (time.GetUtcNow() + (lifetime ?? kind.Lifetime)).ToUnixTimeSeconds(), StateOf(user), email),
            AccountLinkJson.Default.AccountLinkContent);
        return $"{server}{kind.Route}?token={CreateProtector(kind).Protect(content)}";
    }

    /// <summary>Finds the account that a token of a link is for.</summary>
    /// <param name="kind">What the link has to allow.</param>
    /// <param name="token">The token.</param>
    /// <returns>The account, and the address to be confirmed; null where the token is wrong, expired or used up.</returns>
    public async Task<(User User, string? Email)?> FindAsync(AccountLinkKind kind, string? token)
    {
        ArgumentNullException.ThrowIfNull(kind);
        return Read(kind, token) is { } content
            && time.GetUtcNow().ToUnixTimeSeconds() < content.ExpirationDate
            && await users.FindByIdAsync(content.UserId) is { IsDisabled: false } user
            && CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(StateOf(user)), Encoding.ASCII.GetBytes(content.State))
            ? (user, content.Email)
            : null;
    }

    private AccountLinkContent? Read(AccountLinkKind kind, string? token)
    {
        try
        {
            return string.IsNullOrEmpty(token)
                ? null
                : JsonSerializer.Deserialize(CreateProtector(kind).Unprotect(token), AccountLinkJson.Default.AccountLinkContent);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private IDataProtector CreateProtector(AccountLinkKind kind) => protection.CreateProtector("Identity.Server.Accounts.Links", kind.Route);

    // A new password, a second step or a way to sign in that is gone changes the stamp, and a link that was sent by mail must not outlive the address it went to.
    private static string StateOf(User user) => Convert.ToHexString(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(
        [user.SecurityStamp ?? "", user.NormalizedEmail ?? "", user.EmailConfirmed ? "confirmed" : ""], AccountLinkJson.Default.StringArray)));
}
