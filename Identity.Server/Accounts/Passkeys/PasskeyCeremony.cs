using Identity.Stores.FileSystem.Models;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;

namespace Identity.Server.Accounts.Passkeys;

/// <summary>
/// Adds passkeys and recognises them (Web Authentication), on top of ASP.NET Core Identity. What it asks of a browser it remembers in a
/// cookie there for ten minutes, so that nothing of it is lost by a restart and each answer counts for one question.
/// </summary>
internal sealed partial class PasskeyCeremony(
    SignInManager<User> signIn, UserManager<User> users, TimeProvider time, ILogger<PasskeyCeremony> logger)
{
    /// <summary>The cookie; Identity's own name for it comes from another use that it can be put to.</summary>
    public static string Scheme => IdentityConstants.TwoFactorUserIdScheme;

    /// <summary>How much time there is for an answer.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    /// <summary>Asks the browser for a new passkey of an account.</summary>
    /// <returns>What the page's script hands to the browser, JSON.</returns>
    public Task<string> AskForNewAsync(User user)
    {
        ArgumentNullException.ThrowIfNull(user);
        return signIn.MakePasskeyCreationOptionsAsync(new()
        {
            Id = user.Id,
            Name = user.UserName ?? string.Empty,
            DisplayName = user.DisplayName ?? user.UserName ?? string.Empty,
        });
    }

    /// <summary>Asks the browser for any passkey that it has for this server.</summary>
    /// <returns>What the page's script hands to the browser, JSON.</returns>
    public Task<string> AskForAnyAsync() => signIn.MakePasskeyRequestOptionsAsync(user: null);

    /// <summary>Adds a passkey that the browser has made.</summary>
    /// <returns>Whether the answer was to a question of late, and in order.</returns>
    public async Task<PasskeyOutcome> AddAsync(User user, string name, string credential)
    {
        ArgumentNullException.ThrowIfNull(user);
        if (!await WasAskedAsync("Attestation"))
        {
            return PasskeyOutcome.TooLate;
        }

        var result = await signIn.PerformPasskeyAttestationAsync(credential);
        if (!result.Succeeded || result.UserEntity.Id != user.Id)
        {
            Log.Refused(logger, result.Failure?.Message ?? "It was made for another account.");
            return PasskeyOutcome.Refused;
        }

        var made = result.Passkey;
        var passkey = new UserPasskeyInfo(
            made.CredentialId, made.PublicKey, time.GetUtcNow(), made.SignCount, made.Transports, made.IsUserVerified, made.IsBackupEligible,
            made.IsBackedUp, made.AttestationObject, made.ClientDataJson)
        {
            Name = name,
        };
        if (!(await users.AddOrUpdatePasskeyAsync(user, passkey)).Succeeded)
        {
            return PasskeyOutcome.Refused;
        }

        Log.Added(logger, user.Id);
        return PasskeyOutcome.Succeeded;
    }

    /// <summary>Recognises an account by its passkey. Nobody guesses a passkey: that somebody guessed passwords does not shut it out.</summary>
    /// <returns>The account; null and why not.</returns>
    public async Task<(User? User, PasskeyOutcome Outcome)> RecogniseAsync(string credential)
    {
        if (!await WasAskedAsync("Assertion"))
        {
            return (null, PasskeyOutcome.TooLate);
        }

        var result = await signIn.PerformPasskeyAssertionAsync(credential);
        if (!result.Succeeded || !await signIn.CanSignInAsync(result.User))
        {
            Log.Refused(logger, result.Failure?.Message ?? "Its account is disabled.");
            return (null, PasskeyOutcome.Refused);
        }

        // With the number of its uses, by which a copy would be noticed.
        if (!(await users.AddOrUpdatePasskeyAsync(result.User, result.Passkey)).Succeeded)
        {
            return (null, PasskeyOutcome.Refused);
        }

        Log.SignedIn(logger, result.User.Id);
        return (result.User, PasskeyOutcome.Succeeded);
    }

    // Asked first: Identity throws where the cookie is gone.
    private async Task<bool> WasAskedAsync(string operation)
        => (await signIn.Context.AuthenticateAsync(Scheme)).Properties?.Items is { } items
            && items.TryGetValue("PasskeyOperation", out var asked) && asked == operation;

    private static partial class Log
    {
        [LoggerMessage(4086, LogLevel.Information, "Account {UserId} signed in with a passkey")]
        public static partial void SignedIn(ILogger logger, string userId);

        [LoggerMessage(4087, LogLevel.Information, "Account {UserId} has another passkey")]
        public static partial void Added(ILogger logger, string userId);

        [LoggerMessage(4088, LogLevel.Warning, "A passkey was refused: {Reason}")]
        public static partial void Refused(ILogger logger, string reason);
    }
}

/// <summary>How an answer of a browser was taken.</summary>
internal enum PasskeyOutcome
{
    /// <summary>As it should be.</summary>
    Succeeded,

    /// <summary>Nothing was asked, or too long ago, or the answer came before.</summary>
    TooLate,

    /// <summary>It does not fit, or the passkey is not known.</summary>
    Refused,
}
