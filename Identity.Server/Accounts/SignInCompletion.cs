using Identity.Stores.FileSystem.Models;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.WebUtilities;

namespace Identity.Server.Accounts;

/// <summary>What every way to sign in ends with: a session in this browser, and on to where the person came from.</summary>
internal sealed class SignInCompletion(SignInManager<User> signIn, TimeProvider time)
{
    /// <summary>Begins the session.</summary>
    /// <param name="user">Who has proved to be whom.</param>
    /// <param name="returnUrl">Where to go on; anything but an address of this server leads to its first page.</param>
    /// <returns>The redirect.</returns>
    public async Task<IActionResult> CompleteAsync(User user, string? returnUrl)
    {
        ArgumentNullException.ThrowIfNull(user);
        await signIn.SignInAsync(user, Session.CreateProperties(time.GetUtcNow(), FindRequest(returnUrl)));
        return new LocalRedirectResult(IsLocal(returnUrl) ? returnUrl! : "~/");
    }

    /// <summary>Finds the authorization request (its <c>request_uri</c>) that waits for the sign-in; null where none does.</summary>
    public static string? FindRequest(string? returnUrl) =>
        IsLocal(returnUrl) && returnUrl!.IndexOf('?', StringComparison.Ordinal) is >= 0 and var start
        && QueryHelpers.ParseQuery(returnUrl[start..]).TryGetValue("request_uri", out var request)
            ? request.ToString()
            : null;

    private static bool IsLocal(string? address) => RedirectHttpResult.IsLocalUrl(address);
}
