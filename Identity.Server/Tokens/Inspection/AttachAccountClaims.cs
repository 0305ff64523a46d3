using Identity.Stores.FileSystem.Models;
using Microsoft.AspNetCore.Identity;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;
using static OpenIddict.Server.OpenIddictServerHandlers.UserInfo;

namespace Identity.Server.Tokens.Inspection;

/// <summary>
/// Contains the logic responsible for answering at the userinfo endpoint with what the account says now, as far as the token's scopes
/// allow. The token of an account that was deleted or disabled is refused.
/// </summary>
internal sealed class AttachAccountClaims(UserManager<User> users) : IOpenIddictServerHandler<HandleUserInfoRequestContext>
{
    /// <summary>Gets the descriptor of the handler.</summary>
    public static OpenIddictServerHandlerDescriptor Descriptor { get; } =
        OpenIddictServerHandlerDescriptor.CreateBuilder<HandleUserInfoRequestContext>()
            .UseScopedHandler<AttachAccountClaims>()
            .SetOrder(AttachClaims.Descriptor.Order + 500)
            .SetType(OpenIddictServerHandlerType.Custom)
            .Build();

    /// <inheritdoc/>
    public async ValueTask HandleAsync(HandleUserInfoRequestContext context)
    {
        var principal = context.AccessTokenPrincipal!;
        if (context.Subject is not { Length: > 0 } subject || await users.FindByIdAsync(subject) is not { IsDisabled: false } user)
        {
            context.Reject(Errors.InvalidToken, "The account that gave the authorization is no longer active.");
            return;
        }

        if (principal.HasScope(Scopes.Profile))
        {
            context.PreferredUsername = user.UserName;
            context.Claims[Claims.Name] = user.DisplayName ?? user.UserName;
        }

        if (principal.HasScope(Scopes.Email) && user.Email is { Length: > 0 } email)
        {
            context.Email = email;
            context.EmailVerified = user.EmailConfirmed;
        }
    }
}
