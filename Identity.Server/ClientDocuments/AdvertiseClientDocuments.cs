using System.Collections.Immutable;
using Identity.Server.ClientDocuments.Authentication;
using Microsoft.Extensions.Options;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Identity.Server.ClientDocuments;

/// <summary>Contains the logic responsible for telling clients that they may name a document, and how they may sign.</summary>
internal sealed class AdvertiseClientDocuments(IOptions<ClientDocumentOptions> options) : IOpenIddictServerHandler<HandleConfigurationRequestContext>
{
    private static readonly ImmutableArray<string?> Algorithms = [.. ClientKeys.Algorithms];

    /// <summary>Gets the descriptor of the handler, which runs after all of OpenIddict's own.</summary>
    public static OpenIddictServerHandlerDescriptor Descriptor { get; } =
        OpenIddictServerHandlerDescriptor.CreateBuilder<HandleConfigurationRequestContext>()
            .UseSingletonHandler<AdvertiseClientDocuments>()
            .SetOrder(int.MaxValue - 2_000)
            .SetType(OpenIddictServerHandlerType.Custom)
            .Build();

    /// <inheritdoc/>
    public ValueTask HandleAsync(HandleConfigurationRequestContext context)
    {
        if (options.Value.Enabled)
        {
            context.Metadata["client_id_metadata_document_supported"] = true;
        }

        foreach (var endpoint in new[] { "token", "revocation", "introspection" })
        {
            context.Metadata[$"{endpoint}_endpoint_auth_signing_alg_values_supported"] = Algorithms;
        }

        return ValueTask.CompletedTask;
    }
}
