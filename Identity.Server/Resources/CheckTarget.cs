using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Identity.Server.Resources;

/// <summary>
/// Contains the logic responsible for rejecting requests for resources that there are not (RFC 8707, section 2), and for taking from the
/// scope what the client cannot have: many clients ask for all that is advertised. Only where nothing is left the request is rejected.
/// </summary>
/// <typeparam name="TContext">The event in which the request is validated.</typeparam>
internal sealed class CheckTarget<TContext>(ResourceCatalog catalog, ScopePolicy policy) : IOpenIddictServerHandler<TContext>
    where TContext : BaseValidatingContext
{
    /// <summary>Describes the handler.</summary>
    /// <param name="predecessor">OpenIddict's handler behind which it runs: the client is known then, and no permission was looked at.</param>
    /// <returns>The description.</returns>
    public static OpenIddictServerHandlerDescriptor After(OpenIddictServerHandlerDescriptor predecessor) =>
        OpenIddictServerHandlerDescriptor.CreateBuilder<TContext>()
            .UseScopedHandler<CheckTarget<TContext>>()
            .SetOrder(predecessor.Order + 500)
            .SetType(OpenIddictServerHandlerType.Custom)
            .Build();

    /// <inheritdoc/>
    public async ValueTask HandleAsync(TContext context)
    {
        var request = context.Transaction.Request!;
        var (resources, problem) = catalog.Resolve(request.GetResources(), (context.Options.Issuer ?? context.BaseUri)!);
        if (resources is null)
        {
            context.Reject(Errors.InvalidTarget, problem);
            return;
        }

        if (request.GetScopes() is not [] and var requested)
        {
            var scopes = await policy.LimitAsync(requested, request.ClientId!, resources.Value, context.CancellationToken);
            if (scopes is [])
            {
                context.Reject(Errors.InvalidScope, "None of the scopes in the request is offered to the client for this resource.");
                return;
            }

            request.Scope = string.Join(' ', scopes);
        }
    }
}
