using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Identity.Server.Discovery;

/// <summary>Completes the metadata (RFC 8414, OpenID Connect Discovery): where to register, and how clients may authenticate.</summary>
internal sealed class AttachMetadata : IOpenIddictServerHandler<HandleConfigurationRequestContext>
{
    /// <summary>
    /// The methods in the order in which they are advertised: some clients take the first, and most clients are public. Those that the server
    /// does not know are left out.
    /// </summary>
    private static readonly string[] Methods =
        [ClientAuthenticationMethods.None, ClientAuthenticationMethods.ClientSecretPost, ClientAuthenticationMethods.ClientSecretBasic, ClientAuthenticationMethods.PrivateKeyJwt];

    /// <summary>Runs last: after all of OpenIddict's own handlers of the event.</summary>
    public static OpenIddictServerHandlerDescriptor Descriptor { get; } = OpenIddictServerHandlerDescriptor.CreateBuilder<HandleConfigurationRequestContext>()
        .UseSingletonHandler<AttachMetadata>()
        .SetOrder(int.MaxValue - 1_000)
        .SetType(OpenIddictServerHandlerType.Custom)
        .Build();

    /// <inheritdoc />
    public ValueTask HandleAsync(HandleConfigurationRequestContext context)
    {
        context.Metadata["registration_endpoint"] = $"{context.Issuer!.AbsoluteUri}/connect/register";
        Order(context.TokenEndpointAuthenticationMethods, canBePublic: true);
        Order(context.RevocationEndpointAuthenticationMethods, canBePublic: true);
        Order(context.PushedAuthorizationEndpointAuthenticationMethods, canBePublic: true);
        Order(context.DeviceAuthorizationEndpointAuthenticationMethods, canBePublic: true);
        Order(context.IntrospectionEndpointAuthenticationMethods, canBePublic: false);
        return ValueTask.CompletedTask;
    }

    private static void Order(HashSet<string> methods, bool canBePublic)
    {
        var known = methods.ToHashSet(StringComparer.Ordinal);
        if (canBePublic)
        {
            known.Add(ClientAuthenticationMethods.None);
        }
        else
        {
            known.Remove(ClientAuthenticationMethods.None);
        }

        // A set keeps the order in which it was filled as long as nothing is removed from it.
        methods.Clear();
        methods.UnionWith(Methods.Where(known.Contains));
    }
}
