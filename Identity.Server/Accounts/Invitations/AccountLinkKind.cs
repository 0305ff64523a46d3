using System.Text.Json.Serialization;

namespace Identity.Server.Accounts.Invitations;

/// <summary>What a link allows, where it leads, and how long it works.</summary>
internal sealed record AccountLinkKind(string Route, TimeSpan Lifetime)
{
    /// <summary>Lets somebody take an account that was made for them.</summary>
    public static AccountLinkKind Invitation { get; } = new(InvitationModel.Route, TimeSpan.FromDays(7));

    /// <summary>Lets somebody choose a new password.</summary>
    public static AccountLinkKind PasswordReset { get; } = new(Passwords.ResetPasswordModel.Route, TimeSpan.FromHours(24));

    /// <summary>Shows that an e-mail address belongs to the person.</summary>
    public static AccountLinkKind EmailConfirmation { get; } = new(Profile.ConfirmEmailModel.Route, TimeSpan.FromHours(24));
}

/// <summary>What a link carries.</summary>
/// <param name="UserId">The account.</param>
/// <param name="ExpirationDate">Until when it works, in seconds since 1970.</param>
/// <param name="State">What the account was like when the link was made.</param>
/// <param name="Email">The address to be confirmed.</param>
internal sealed record AccountLinkContent(string UserId, long ExpirationDate, string State, string? Email);

[JsonSerializable(typeof(AccountLinkContent))]
[JsonSerializable(typeof(string[]))]
internal sealed partial class AccountLinkJson : JsonSerializerContext;
