using Microsoft.AspNetCore;
using OpenIddict.Server;
using OpenIddict.Server.AspNetCore;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Identity.Server.Tokens.Inspection;

/// <summary>
/// Contains the logic responsible for refusing access tokens in the address of a userinfo request, which ends up in histories and logs
/// (OAuth 2.1, RFC 9700 section 4.3.2). OpenIddict takes them there.
/// </summary>
internal sealed class RejectTokenInAddress : IOpenIddictServerHandler<ExtractUserInfoRequestContext>
{
    /// <summary>Gets the descriptor of the handler.</summary>
    public static OpenIddictServerHandlerDescriptor Descriptor { get; } =
        OpenIddictServerHandlerDescriptor.CreateBuilder<ExtractUserInfoRequestContext>()
            .UseSingletonHandler<RejectTokenInAddress>()
            .SetOrder(OpenIddictServerAspNetCoreHandlers.ExtractGetOrPostRequest<ExtractUserInfoRequestContext>.Descriptor.Order - 500)
            .SetType(OpenIddictServerHandlerType.Custom)
            .Build();

    /// <inheritdoc/>
    public ValueTask HandleAsync(ExtractUserInfoRequestContext context)
    {
        if (context.Transaction.GetHttpRequest()?.Query.ContainsKey(Parameters.AccessToken) is true)
        {
            context.Reject(Errors.InvalidRequest, "An access token must be in the Authorization header, not in the address.");
        }

        return ValueTask.CompletedTask;
    }
}
