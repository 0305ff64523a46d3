using System.Buffers.Text;
using System.Security.Cryptography;
using Identity.Stores.FileSystem.Models;
using OpenIddict.Abstractions;
using OpenIddict.Core;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;
using static OpenIddict.Server.OpenIddictServerHandlers.Protection;

namespace Identity.Server.Tokens.Entries;

/// <summary>
/// Contains the logic responsible for creating the entry of a reference token with its payload, in one step where OpenIddict takes a
/// creation, a look-up and an update.
/// </summary>
internal sealed class CreateReferenceTokenEntry(IOpenIddictApplicationManager applications, OpenIddictTokenManager<Token> tokens)
    : IOpenIddictServerHandler<GenerateTokenContext>
{
    // 256 bits, as OpenIddict's own reference tokens.
    private const int ReferenceSize = 32;

    /// <summary>Gets the descriptor of the handler, which runs once the payload was made.</summary>
    public static OpenIddictServerHandlerDescriptor Descriptor { get; } =
        OpenIddictServerHandlerDescriptor.CreateBuilder<GenerateTokenContext>()
            .AddFilter<OpenIddictServerHandlerFilters.RequireTokenStorageEnabled>()
            .AddFilter<OpenIddictServerHandlerFilters.RequireTokenPayloadPersisted>()
            .UseScopedHandler<CreateReferenceTokenEntry>()
            .SetOrder(AttachTokenPayload.Descriptor.Order - 500)
            .SetType(OpenIddictServerHandlerType.Custom)
            .Build();

    /// <inheritdoc/>
    public async ValueTask HandleAsync(GenerateTokenContext context)
    {
        if (context.CreateTokenEntry || !context.IsReferenceToken)
        {
            return;
        }

        var reference = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(ReferenceSize));
        var descriptor = new OpenIddictTokenDescriptor
        {
            ApplicationId = await FindApplicationIdAsync(context),
            AuthorizationId = context.Principal.GetAuthorizationId(),
            CreationDate = context.Principal.GetCreationDate(),
            ExpirationDate = context.Principal.GetExpirationDate(),
            Payload = context.Token,
            Principal = context.Principal,
            ReferenceId = reference,
            Status = context.TokenType is TokenTypeIdentifiers.Private.DeviceCode ? Statuses.Inactive : Statuses.Valid,
            Subject = context.TokenType is TokenTypeIdentifiers.Private.DeviceCode ? null : context.Principal.GetClaim(Claims.Subject),
            Type = context.TokenType,
        };
        var token = new Token { Id = context.Principal.GetTokenId()! };
        await tokens.PopulateAsync(token, descriptor, context.CancellationToken);
        await tokens.CreateAsync(token, context.CancellationToken);

        context.Token = reference;
        context.PersistTokenPayload = false;
    }

    private async ValueTask<string?> FindApplicationIdAsync(GenerateTokenContext context)
        => context.ClientId is { Length: > 0 } clientId && await applications.FindByClientIdAsync(clientId, context.CancellationToken) is { } application
            ? await applications.GetIdAsync(application, context.CancellationToken)
            : null;
}
