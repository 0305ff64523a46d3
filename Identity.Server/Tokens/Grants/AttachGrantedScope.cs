using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;
using static OpenIddict.Server.OpenIddictServerHandlers;

namespace Identity.Server.Tokens.Grants;

/// <summary>
/// Contains the logic responsible for saying in every token response what was granted. RFC 6749, section 5.1, lets a server leave it
/// out where it is what was asked for, and clients that expect it then fail.
/// </summary>
internal sealed class AttachGrantedScope : IOpenIddictServerHandler<ProcessSignInContext>
{
    /// <summary>Gets the descriptor of the handler.</summary>
    public static OpenIddictServerHandlerDescriptor Descriptor { get; } =
        OpenIddictServerHandlerDescriptor.CreateBuilder<ProcessSignInContext>()
            .AddFilter<OpenIddictServerHandlerFilters.RequireTokenRequest>()
            .UseSingletonHandler<AttachGrantedScope>()
            .SetOrder(AttachSignInParameters.Descriptor.Order + 500)
            .SetType(OpenIddictServerHandlerType.Custom)
            .Build();

    /// <inheritdoc/>
    public ValueTask HandleAsync(ProcessSignInContext context)
    {
        if (context.AccessTokenPrincipal is { } principal)
        {
            context.Response.Scope = string.Join(' ', principal.GetScopes());
        }

        return ValueTask.CompletedTask;
    }
}
