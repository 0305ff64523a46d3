using System.Security.Claims;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;
using static OpenIddict.Server.OpenIddictServerHandlers;

namespace Identity.Server.Tokens.Refresh;

/// <summary>
/// Contains the logic responsible for leaving out of a refresh token what the account says anew at each refresh: names and addresses of
/// people are kept with their accounts only.
/// </summary>
internal sealed class LeaveOutAccountClaims : IOpenIddictServerHandler<ProcessSignInContext>
{
    /// <summary>Gets the descriptor of the handler, which runs once the refresh token's principal is prepared.</summary>
    public static OpenIddictServerHandlerDescriptor Descriptor { get; } =
        OpenIddictServerHandlerDescriptor.CreateBuilder<ProcessSignInContext>()
            .AddFilter<OpenIddictServerHandlerFilters.RequireRefreshTokenGenerated>()
            .UseSingletonHandler<LeaveOutAccountClaims>()
            .SetOrder(PrepareRefreshTokenPrincipal.Descriptor.Order + 250)
            .SetType(OpenIddictServerHandlerType.Custom)
            .Build();

    /// <inheritdoc/>
    public ValueTask HandleAsync(ProcessSignInContext context)
    {
        var prepared = (ClaimsIdentity)context.RefreshTokenPrincipal!.Identity!;
        var reduced = new ClaimsIdentity(prepared.AuthenticationType, prepared.NameClaimType, prepared.RoleClaimType);
        foreach (var claim in prepared.Claims)
        {
            // Without the claim's properties: they say into which tokens it goes, and those are made from the account's.
            if (claim.Type is Claims.Subject or Claims.AuthenticationTime or Claims.AuthenticationMethodReference
                || claim.Type.StartsWith(Claims.Prefixes.Private, StringComparison.Ordinal))
            {
                reduced.AddClaim(new Claim(claim.Type, claim.Value, claim.ValueType));
            }
        }

        context.RefreshTokenPrincipal = new ClaimsPrincipal(reduced);
        return ValueTask.CompletedTask;
    }
}
