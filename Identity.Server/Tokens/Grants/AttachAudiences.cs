using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;
using static OpenIddict.Server.OpenIddictServerHandlers;

namespace Identity.Server.Tokens.Grants;

/// <summary>
/// Contains the logic responsible for naming in the access token whom it is for: the resources that the request names, else all that
/// were granted, else this server. A token without an audience would be anybody's to revoke.
/// </summary>
internal sealed class AttachAudiences : IOpenIddictServerHandler<ProcessSignInContext>
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
        var resources = Resources.Narrow(context.Principal!.GetResources(), context.Request.GetResources()) ?? [];
        context.AccessTokenPrincipal!.SetAudiences(
            resources is [] ? [(context.Options.Issuer ?? context.BaseUri)!.AbsoluteUri] : resources);
        return ValueTask.CompletedTask;
    }
}
