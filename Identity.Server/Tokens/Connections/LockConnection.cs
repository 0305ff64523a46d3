using Microsoft.AspNetCore;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;
using static OpenIddict.Server.OpenIddictServerHandlers.Protection;

namespace Identity.Server.Tokens.Connections;

/// <summary>
/// Contains the logic responsible for taking the requests that use or revoke the tokens of one connection one after another:
/// the lock is held from before the token is read until the response was sent, and so until its changes were committed or failed.
/// </summary>
internal sealed class LockConnection(ConnectionLocks locks, IOpenIddictTokenManager tokens) : IOpenIddictServerHandler<ValidateTokenContext>
{
    /// <summary>Gets the descriptor of the handler, which runs before OpenIddict first reads the token's entry.</summary>
    public static OpenIddictServerHandlerDescriptor Descriptor { get; } =
        OpenIddictServerHandlerDescriptor.CreateBuilder<ValidateTokenContext>()
            .AddFilter<OpenIddictServerHandlerFilters.RequireTokenStorageEnabled>()
            .UseSingletonHandler<LockConnection>()
            .SetOrder(ValidateReferenceTokenIdentifier.Descriptor.Order - 500)
            .SetType(OpenIddictServerHandlerType.Custom)
            .Build();

    /// <inheritdoc/>
    public async ValueTask HandleAsync(ValidateTokenContext context)
    {
        if (context.EndpointType is not (OpenIddictServerEndpointType.Token or OpenIddictServerEndpointType.Revocation)
            || context.ValidTokenTypes.Contains(TokenTypeIdentifiers.Private.ClientAssertion)
            || context.SecurityTokenHandler.CanReadToken(context.Token)
            || await FindAuthorizationAsync(context) is not { Length: > 0 } authorization)
        {
            return;
        }

        var http = context.Transaction.GetHttpRequest()?.HttpContext
            ?? throw new InvalidOperationException("The request cannot be resolved, so there is no telling when it ends.");

        // Note: a request presents one token besides its client's assertion, and so never holds more than one lock.
        // What is registered here is disposed of after all middleware has run, the commit of the unit of work among it,
        // and also when that failed or the client hung up.
        http.Response.RegisterForDispose(await locks.AcquireAsync(authorization, context.CancellationToken));
    }

    private async ValueTask<string?> FindAuthorizationAsync(ValidateTokenContext context)
    {
        // Note: what is read here is older than the lock, and the request reads it anew: managers keep nothing (entity caching is off).
        return await tokens.FindByReferenceIdAsync(context.Token, context.CancellationToken) is { } token
            ? await tokens.GetAuthorizationIdAsync(token, context.CancellationToken)
            : null;
    }
}
