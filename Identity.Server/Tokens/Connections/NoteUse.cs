using System.Security.Claims;
using Identity.Server.Hosting;
using Microsoft.AspNetCore;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;
using static OpenIddict.Server.OpenIddictServerHandlers;

namespace Identity.Server.Tokens.Connections;

/// <summary>
/// Contains the logic responsible for noting that a client used its connection, and from where, as part of the same change that
/// issues its tokens.
/// </summary>
internal sealed class NoteUse(
    ConnectionRecords records, IOpenIddictApplicationManager applications, IOpenIddictAuthorizationManager authorizations)
    : IOpenIddictServerHandler<ProcessSignInContext>
{
    /// <summary>Gets the descriptor of the handler, which runs once the refresh token was issued, before what was changed begins to be written.</summary>
    public static OpenIddictServerHandlerDescriptor Descriptor { get; } =
        OpenIddictServerHandlerDescriptor.CreateBuilder<ProcessSignInContext>()
            .AddFilter<OpenIddictServerHandlerFilters.RequireTokenRequest>()
            .UseScopedHandler<NoteUse>()
            .SetOrder(GenerateAccessToken.Descriptor.Order - 550)
            .SetType(OpenIddictServerHandlerType.Custom)
            .Build();

    /// <inheritdoc/>
    public async ValueTask HandleAsync(ProcessSignInContext context)
    {
        var principal = context.Principal!;
        if (principal.GetAuthorizationId() is not { Length: > 0 } id
            || (context.RefreshTokenPrincipal ?? context.AccessTokenPrincipal)?.GetExpirationDate() is not { } usableUntil)
        {
            return;
        }

        if (records.Find(id) is not { } record)
        {
            if (await CreateAsync(context, id, principal, usableUntil) is not { } created)
            {
                return;
            }

            record = created;
        }

        await records.NoteUseAsync(
            record, RemoteAddress.Of(context.Transaction.GetHttpRequest()?.HttpContext), usableUntil, context.CancellationToken);
    }

    /// <summary>Begins a record where there is none: for a connection from before there were any.</summary>
    private async ValueTask<ConnectionRecord?> CreateAsync(ProcessSignInContext context, string id, ClaimsPrincipal principal, DateTimeOffset usableUntil)
    {
        if (context.ClientId is not { Length: > 0 } clientId
            || principal.GetClaim(Claims.Subject) is not { Length: > 0 } subject
            || await applications.FindByClientIdAsync(clientId, context.CancellationToken) is not { } application
            || await authorizations.FindByIdAsync(id, context.CancellationToken) is not { } authorization)
        {
            return null;
        }

        var record = new ConnectionRecord
        {
            Id = id,
            Subject = subject,
            ClientId = clientId,
            ClientName = await applications.GetDisplayNameAsync(application, context.CancellationToken),
            Resources = principal.GetResources(),
            Scopes = principal.GetScopes(),
            BeganAt = await authorizations.GetCreationDateAsync(authorization, context.CancellationToken) ?? context.Options.TimeProvider.GetUtcNow(),
            UsableUntil = usableUntil,
        };
        await records.AddAsync(record, context.CancellationToken);
        return record;
    }
}
