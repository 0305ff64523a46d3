using System.Collections.Immutable;
using Identity.Server.Accounts.TwoFactor;
using Identity.Stores.FileSystem.Models;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.WebUtilities;

namespace Identity.Server.Accounts;

/// <summary>
/// What every way to sign in ends with: the second step where the account has one, then a session in this browser, and on to where the
/// person came from.
/// </summary>
internal sealed class SignInCompletion(SignInManager<User> signIn, UserManager<User> users, TimeProvider time)
{
    /// <summary>Asks for the second factor, if there is one, or begins the session.</summary>
    /// <param name="user">Who has proved to be whom.</param>
    /// <param name="returnUrl">Where to go on; anything but an address of this server leads to its first page.</param>
    /// <param name="destination">What came with the address of the sign-in page about where the redirects end (<see cref="SignInAddress"/>).</param>
    /// <param name="method">How the person proved it (RFC 8176), such as <c>pwd</c>; null where another provider knows.</param>
    /// <returns>The redirect.</returns>
    public async Task<IActionResult> CompleteAsync(User user, string? returnUrl, string? destination = null, string? method = null)
    {
        ArgumentNullException.ThrowIfNull(user);
        if (!user.TwoFactorEnabled)
        {
            return await FinishAsync(user.Id, returnUrl, method is null ? [] : [method]);
        }

        await new SecondStep(user, returnUrl, destination, method).BeginAsync(signIn.Context);
        return new LocalRedirectResult("~" + SignInAuthenticatorModel.Route);
    }

    /// <summary>Begins the session of somebody of whom nothing more is asked.</summary>
    /// <param name="userId">The account, which is read anew: a step on the way may have changed it.</param>
    /// <param name="returnUrl">Where to go on; anything but an address of this server leads to its first page.</param>
    /// <param name="methods">How the person proved who they are (RFC 8176).</param>
    /// <returns>The redirect.</returns>
    public async Task<IActionResult> FinishAsync(string userId, string? returnUrl, ImmutableArray<string> methods)
    {
        if (await users.FindByIdAsync(userId) is { } user)
        {
            await signIn.SignInAsync(user, Session.CreateProperties(time.GetUtcNow(), FindRequest(returnUrl), methods));
        }

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
