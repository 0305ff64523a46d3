using System.Collections.Immutable;
using System.Globalization;
using Identity.Stores.FileSystem.Models;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;

namespace Identity.Server.Accounts;

/// <summary>Who is signed in with this browser.</summary>
/// <param name="Id">Names the session among those of the account.</param>
/// <param name="User">The account, as it is now.</param>
/// <param name="AuthenticationTime">When the person last proved to be that user.</param>
/// <param name="AnsweredRequest">
/// The authorization request (its <c>request_uri</c>) in answer to which the person signed in; null where it was none.
/// </param>
/// <param name="Methods">How they proved it (RFC 8176).</param>
internal sealed record Session(
    string Id, User User, DateTimeOffset AuthenticationTime, string? AnsweredRequest, ImmutableArray<string> Methods)
{
    // Kept beside the claims, since Identity makes these anew whenever it looks at the security stamp again.
    private const string AuthenticationTimeItem = "auth_time";
    private const string AnsweredRequestItem = "request_uri";
    private const string MethodsItem = "amr";
    private const string IdItem = "session";

    /// <summary>What is kept with the session's cookie.</summary>
    public static AuthenticationProperties CreateProperties(
        DateTimeOffset authenticationTime, string? answeredRequest, ImmutableArray<string> methods) => new(
        new Dictionary<string, string?>
        {
            [AuthenticationTimeItem] = authenticationTime.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
            [AnsweredRequestItem] = answeredRequest,
            [MethodsItem] = string.Join(' ', methods),
        });

    /// <summary>Which session the cookie belongs to; null before it began.</summary>
    public static string? FindId(AuthenticationProperties properties)
        => properties.Items.TryGetValue(IdItem, out var id) ? id : null;

    /// <summary>Says which session the cookie belongs to.</summary>
    public static void SetId(AuthenticationProperties properties, string id) => properties.Items[IdItem] = id;

    /// <summary>Reads the session of a request; null where nobody is signed in, or no longer may be.</summary>
    public static async Task<Session?> FindAsync(HttpContext context)
    {
        var ticket = await context.AuthenticateAsync(IdentityConstants.ApplicationScheme);
        if (!ticket.Succeeded)
        {
            return null;
        }

        var users = context.RequestServices.GetRequiredService<UserManager<User>>();
        if (await users.GetUserAsync(ticket.Principal) is not { } user || FindId(ticket.Properties) is not { } id)
        {
            return null;
        }

        var items = ticket.Properties.Items;
        var seconds = items.TryGetValue(AuthenticationTimeItem, out var text)
            && long.TryParse(text, CultureInfo.InvariantCulture, out var value) ? value : 0;
        return new Session(
            id,
            user,
            DateTimeOffset.FromUnixTimeSeconds(seconds),
            items.TryGetValue(AnsweredRequestItem, out var request) ? request : null,
            items.TryGetValue(MethodsItem, out var methods) && methods is { Length: > 0 } ? [.. methods.Split(' ')] : []);
    }
}
