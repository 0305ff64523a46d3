using Identity.Server.Accounts.Providers;
using Identity.Server.Tokens.Connections;
using Identity.Stores.FileSystem.Models;
using Microsoft.AspNetCore.Identity;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;
using static OpenIddict.Server.OpenIddictServerHandlers.Exchange;

namespace Identity.Server.Tokens.Grants;

/// <summary>
/// Contains the logic responsible for looking at the account again whenever tokens are issued for it: its claims are renewed, and the
/// connection of one that was deleted, disabled or is no longer admitted ends. A lockout is the doing of whoever guesses passwords, and ends nothing.
/// </summary>
internal sealed class RenewPrincipal(
    IUserStore<User> users, AdmissionPolicy admission, TokenPrincipalFactory principals, ConnectionRevoker connections)
    : IOpenIddictServerHandler<HandleTokenRequestContext>
{
    /// <summary>Gets the descriptor of the handler, which runs once the principal of the code or token is attached.</summary>
    public static OpenIddictServerHandlerDescriptor Descriptor { get; } =
        OpenIddictServerHandlerDescriptor.CreateBuilder<HandleTokenRequestContext>()
            .UseScopedHandler<RenewPrincipal>()
            .SetOrder(AttachPrincipal.Descriptor.Order + 500)
            .SetType(OpenIddictServerHandlerType.Custom)
            .Build();

    /// <inheritdoc/>
    public async ValueTask HandleAsync(HandleTokenRequestContext context)
    {
        if (context.Principal is not { } granted || granted.GetClaim(Claims.Subject) is not { Length: > 0 } subject)
        {
            return;
        }

        if (await users.FindByIdAsync(subject, context.CancellationToken) is not { IsDisabled: false } user)
        {
            await EndAsync(ConnectionEnding.AccountDisabled);
            return;
        }

        if (!admission.Admits(user))
        {
            await EndAsync(ConnectionEnding.NotAdmitted);
            return;
        }

        var principal = await principals.CreateAsync(user, granted.GetScopes(), granted.GetResources(), context.CancellationToken);
        TokenPrincipalFactory.CopyAuthentication(granted, principal);
        ConnectionEnd.Choose(principal, ConnectionEnd.ReadChosen(granted));
        context.Principal = principal;

        async ValueTask EndAsync(ConnectionEnding ending)
        {
            if (granted.GetAuthorizationId() is { Length: > 0 } authorization)
            {
                await connections.RevokeAsync(authorization, ending, context.CancellationToken);
            }

            context.Reject(Errors.InvalidGrant, "The account that gave the authorization is no longer active.");
        }
    }
}
