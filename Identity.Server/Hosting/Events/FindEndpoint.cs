using System.Collections.Frozen;
using Microsoft.Extensions.Options;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;
using static OpenIddict.Server.OpenIddictServerHandlers;

namespace Identity.Server.Hosting.Events;

/// <summary>
/// Contains the logic responsible for finding the endpoint that a request is for, by its path. OpenIddict builds the absolute address of
/// every endpoint, for each request, to compare the request's with.
/// </summary>
/// <remarks>Host, scheme and port were checked before: the server answers under one name only.</remarks>
internal sealed class FindEndpoint(IOptionsMonitor<OpenIddictServerOptions> options) : IOpenIddictServerHandler<ProcessRequestContext>
{
    private FrozenDictionary<string, OpenIddictServerEndpointType>? _endpoints;

    /// <summary>Gets the descriptor of the handler, which stands where OpenIddict's own stood.</summary>
    public static OpenIddictServerHandlerDescriptor Descriptor { get; } =
        OpenIddictServerHandlerDescriptor.CreateBuilder<ProcessRequestContext>()
            .UseSingletonHandler<FindEndpoint>()
            .SetOrder(InferEndpointType.Descriptor.Order)
            .SetType(OpenIddictServerHandlerType.Custom)
            .Build();

    /// <inheritdoc/>
    public ValueTask HandleAsync(ProcessRequestContext context)
    {
        if (context is { BaseUri: { IsAbsoluteUri: true } root, RequestUri: { IsAbsoluteUri: true } address }
            && address.AbsolutePath.AsSpan() is var path
            && root.AbsolutePath.AsSpan().TrimEnd('/') is var prefix
            && path.StartsWith(prefix, StringComparison.Ordinal)
            && (_endpoints ??= Create(options.CurrentValue)).GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(path[prefix.Length..].Trim('/'), out var type))
        {
            context.EndpointType = type;
        }

        return ValueTask.CompletedTask;
    }

    private static FrozenDictionary<string, OpenIddictServerEndpointType> Create(OpenIddictServerOptions options)
        => new (List<Uri> Addresses, OpenIddictServerEndpointType Type)[]
        {
            (options.AuthorizationEndpointUris, OpenIddictServerEndpointType.Authorization),
            (options.ConfigurationEndpointUris, OpenIddictServerEndpointType.Configuration),
            (options.DeviceAuthorizationEndpointUris, OpenIddictServerEndpointType.DeviceAuthorization),
            (options.EndSessionEndpointUris, OpenIddictServerEndpointType.EndSession),
            (options.EndUserVerificationEndpointUris, OpenIddictServerEndpointType.EndUserVerification),
            (options.IntrospectionEndpointUris, OpenIddictServerEndpointType.Introspection),
            (options.JsonWebKeySetEndpointUris, OpenIddictServerEndpointType.JsonWebKeySet),
            (options.PushedAuthorizationEndpointUris, OpenIddictServerEndpointType.PushedAuthorization),
            (options.RevocationEndpointUris, OpenIddictServerEndpointType.Revocation),
            (options.TokenEndpointUris, OpenIddictServerEndpointType.Token),
            (options.UserInfoEndpointUris, OpenIddictServerEndpointType.UserInfo),
        }
        .SelectMany(endpoint => endpoint.Addresses.Select(address => KeyValuePair.Create(PathOf(address), endpoint.Type)))
        .ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    private static string PathOf(Uri address) => address is { IsAbsoluteUri: false, OriginalString: var path }
        ? path.Trim('/')
        : throw new InvalidOperationException($"Endpoints are given relative to the issuer, not as '{address}'.");
}
