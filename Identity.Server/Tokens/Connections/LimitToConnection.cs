using System.Security.Claims;
using Microsoft.Extensions.Options;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;
using static OpenIddict.Server.OpenIddictServerHandlers;

namespace Identity.Server.Tokens.Connections;

/// <summary>Contains the logic responsible for letting no access or refresh token outlive the connection it belongs to.</summary>
internal sealed class LimitToConnection(
    ConnectionRecords records, IOpenIddictAuthorizationManager authorizations, IOptions<TokenOptions> options)
    : IOpenIddictServerHandler<ProcessSignInContext>
{
    /// <summary>Gets the descriptor of the handler, which runs once all principals are prepared.</summary>
    public static OpenIddictServerHandlerDescriptor Descriptor { get; } =
        OpenIddictServerHandlerDescriptor.CreateBuilder<ProcessSignInContext>()
            .AddFilter<OpenIddictServerHandlerFilters.RequireTokenRequest>()
            .UseSingletonHandler<LimitToConnection>()
            .SetOrder(PrepareUserCodePrincipal.Descriptor.Order + 500)
            .SetType(OpenIddictServerHandlerType.Custom)
            .Build();

    /// <inheritdoc/>
    public async ValueTask HandleAsync(ProcessSignInContext context)
    {
        if (context.Principal!.GetAuthorizationId() is { Length: > 0 } id
            && await ConnectionEnd.FindAsync(records.Find(id), authorizations, id, options.Value, context.CancellationToken) is { } end)
        {
            Limit(context.AccessTokenPrincipal, end);
            Limit(context.RefreshTokenPrincipal, end);
        }
    }

    private static void Limit(ClaimsPrincipal? principal, DateTimeOffset end)
    {
        if (principal?.GetExpirationDate() > end)
        {
            principal.SetExpirationDate(end);
        }
    }
}
