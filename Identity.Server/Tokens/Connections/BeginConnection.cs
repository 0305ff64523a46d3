using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;
using static OpenIddict.Server.OpenIddictServerHandlers;

namespace Identity.Server.Tokens.Connections;

/// <summary>
/// Contains the logic responsible for creating the authorization that a connection is: when a user has agreed and a code is issued, and for
/// a device when it fetches its tokens. OpenIddict would create one as soon as a device asks, on disk and for anybody who does.
/// </summary>
internal sealed class BeginConnection(
    IOpenIddictApplicationManager applications, IOpenIddictAuthorizationManager authorizations, ConnectionRecords records)
    : IOpenIddictServerHandler<ProcessSignInContext>
{
    /// <summary>Gets the descriptor of the handler, which stands where OpenIddict's own stood.</summary>
    public static OpenIddictServerHandlerDescriptor Descriptor { get; } =
        OpenIddictServerHandlerDescriptor.CreateBuilder<ProcessSignInContext>()
            .AddFilter<OpenIddictServerHandlerFilters.RequireAuthorizationStorageEnabled>()
            .UseScopedHandler<BeginConnection>()
            .SetOrder(AttachAuthorization.Descriptor.Order)
            .SetType(OpenIddictServerHandlerType.Custom)
            .Build();

    /// <inheritdoc/>
    public async ValueTask HandleAsync(ProcessSignInContext context)
    {
        var principal = context.Principal!;
        var begins = context.EndpointType switch
        {
            OpenIddictServerEndpointType.Authorization => context.GenerateAuthorizationCode,
            OpenIddictServerEndpointType.Token => context.GenerateRefreshToken || context.Request.IsDeviceCodeGrantType(),
            _ => false,
        };
        if (!begins || principal.GetAuthorizationId() is { Length: > 0 })
        {
            return;
        }

        var application = await applications.FindByClientIdAsync(context.Request.ClientId!, context.CancellationToken)
            ?? throw new InvalidOperationException("The client was removed while its request was being handled.");
        var now = context.Options.TimeProvider.GetUtcNow();
        var chosenEnd = ConnectionEnd.ReadChosen(principal);
        ConnectionEnd.RemoveChosen(principal);
        var descriptor = new OpenIddictAuthorizationDescriptor
        {
            ApplicationId = await applications.GetIdAsync(application, context.CancellationToken),
            CreationDate = now,
            Principal = principal,
            Status = Statuses.Valid,
            Subject = principal.GetClaim(Claims.Subject),
            Type = AuthorizationTypes.AdHoc,
        };
        descriptor.Scopes.UnionWith(principal.GetScopes());
        var authorization = await authorizations.CreateAsync(descriptor, context.CancellationToken);
        var id = await authorizations.GetIdAsync(authorization, context.CancellationToken);
        principal.SetAuthorizationId(id);
        await records.AddAsync(
            new ConnectionRecord
            {
                Id = id!,
                Subject = descriptor.Subject!,
                ClientId = context.Request.ClientId!,
                ClientName = await applications.GetDisplayNameAsync(application, context.CancellationToken),
                // The one that was validated, which is not in the request where the client left it out.
                RedirectUri = context.Transaction.GetProperty<ValidateAuthorizationRequestContext>(typeof(ValidateAuthorizationRequestContext).FullName!)?.RedirectUri,
                Resources = principal.GetResources(),
                Scopes = principal.GetScopes(),
                BeganAt = now,
                ChosenEnd = chosenEnd,
                // Its code, until the client has fetched tokens for it.
                UsableUntil = now + (context.Options.AuthorizationCodeLifetime ?? TimeSpan.Zero),
            },
            context.CancellationToken);
    }
}
