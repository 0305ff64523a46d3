using Identity.Stores.FileSystem.Storage;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;
using static OpenIddict.Server.OpenIddictServerHandlers.Protection;

namespace Identity.Server.Tokens.Entries;

/// <summary>
/// Contains the logic responsible for naming the entry of a reference token before its payload, which holds that name, is made: the
/// entry can then be created once and whole, see <see cref="CreateReferenceTokenEntry"/>.
/// </summary>
internal sealed class AssignTokenId : IOpenIddictServerHandler<GenerateTokenContext>
{
    /// <summary>Gets the descriptor of the handler, which runs before OpenIddict would create an entry without a payload.</summary>
    public static OpenIddictServerHandlerDescriptor Descriptor { get; } =
        OpenIddictServerHandlerDescriptor.CreateBuilder<GenerateTokenContext>()
            .AddFilter<OpenIddictServerHandlerFilters.RequireTokenStorageEnabled>()
            .AddFilter<OpenIddictServerHandlerFilters.RequireTokenEntryCreated>()
            .AddFilter<OpenIddictServerHandlerFilters.RequireTokenPayloadPersisted>()
            .UseSingletonHandler<AssignTokenId>()
            .SetOrder(CreateTokenEntry.Descriptor.Order - 500)
            .SetType(OpenIddictServerHandlerType.Custom)
            .Build();

    /// <inheritdoc/>
    public ValueTask HandleAsync(GenerateTokenContext context)
    {
        // Note: user codes are typed by people, and OpenIddict draws them until one is free.
        if (context.IsReferenceToken && context.TokenType is not TokenTypeIdentifiers.Private.UserCode)
        {
            context.Principal.SetTokenId(Identifier.Create());
            context.CreateTokenEntry = false;
        }

        return ValueTask.CompletedTask;
    }
}
