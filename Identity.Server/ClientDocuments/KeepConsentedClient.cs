using Identity.Server.Clients;
using Identity.Stores.FileSystem.Storage;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;
using static OpenIddict.Server.OpenIddictServerHandlers;

namespace Identity.Server.ClientDocuments;

/// <summary>
/// Contains the logic responsible for keeping a client on disk once a user has agreed to it, with the authorization that names it: one
/// change with the rest of the request.
/// </summary>
internal sealed class KeepConsentedClient(IOpenIddictApplicationManager applications, RequestedClients requested, GeneratedSecrets secrets) : IOpenIddictServerHandler<ProcessSignInContext>
{
    /// <summary>Gets the descriptor of the handler, which runs once it is known what is issued, and before the authorization is created.</summary>
    public static OpenIddictServerHandlerDescriptor Descriptor { get; } =
        OpenIddictServerHandlerDescriptor.CreateBuilder<ProcessSignInContext>()
            .AddFilter<OpenIddictServerHandlerFilters.RequireAuthorizationRequest>()
            .UseScopedHandler<KeepConsentedClient>()
            .SetOrder(EvaluateGeneratedTokens.Descriptor.Order + 500)
            .SetType(OpenIddictServerHandlerType.Custom)
            .Build();

    /// <inheritdoc/>
    public async ValueTask HandleAsync(ProcessSignInContext context)
    {
        // A request that is kept in memory while its user decides passes here, too.
        if (context.GenerateAuthorizationCode && context.ClientId is { } clientId && requested.Find(clientId) is { Application: { } application, IsKept: false } client)
        {
            try
            {
                await applications.CreateAsync(application, ClientEntry.CreateSecret(application.ClientType, secrets), context.CancellationToken);
            }
            catch (DuplicateKeyException)
            {
                // Another user agreed at this moment; it is the same client.
            }

            requested.Set(clientId, client with { IsKept = true });
        }
    }
}
