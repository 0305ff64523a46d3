using Identity.Server.Resources;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;
using static OpenIddict.Server.OpenIddictServerHandlers;

namespace Identity.Server.Tokens.Grants;

/// <summary>
/// Contains the logic responsible for naming in the access token the one resource that it is for, and no scope that is another's. A token
/// without an audience would be anybody's to revoke.
/// </summary>
internal sealed class AttachAudiences(ResourceCatalog catalog) : IOpenIddictServerHandler<ProcessSignInContext>
{
    /// <summary>Gets the descriptor of the handler.</summary>
    public static OpenIddictServerHandlerDescriptor Descriptor { get; } =
        OpenIddictServerHandlerDescriptor.CreateBuilder<ProcessSignInContext>()
            .AddFilter<OpenIddictServerHandlerFilters.RequireAccessTokenGenerated>()
            .UseSingletonHandler<AttachAudiences>()
            .SetOrder(PrepareAccessTokenPrincipal.Descriptor.Order + 500)
            .SetType(OpenIddictServerHandlerType.Custom)
            .Build();

    /// <inheritdoc/>
    public ValueTask HandleAsync(ProcessSignInContext context)
    {
        var issuer = (context.Options.Issuer ?? context.BaseUri)!;
        var (audience, _) = catalog.SelectAudience(context.Principal!.GetResources(), context.Request.GetResources(), issuer);
        if (audience is null)
        {
            throw new InvalidOperationException("An access token is being issued for a request whose resources were not checked.");
        }

        var scopes = context.AccessTokenPrincipal!.GetScopes();
        context.AccessTokenPrincipal!.SetAudiences(audience);
        if (!scopes.All(scope => catalog.Offers(scope, [audience])))
        {
            context.AccessTokenPrincipal!.SetScopes(scopes.Where(scope => catalog.Offers(scope, [audience])));
        }
        return ValueTask.CompletedTask;
    }
}
