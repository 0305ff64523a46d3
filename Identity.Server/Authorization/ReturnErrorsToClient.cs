using System.Collections.Immutable;
using Identity.Server.Accounts;
using Microsoft.AspNetCore;
using Microsoft.AspNetCore.Http.Extensions;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Identity.Server.Authorization;

/// <summary>
/// Sends the error of an invalid request back to the client (RFC 6749 §4.1.2.1), where OpenIddict would show it to the
/// person, if the request names a client and one of its redirect URIs.
/// </summary>
/// <remarks>
/// Anyone can register a client, so a link to this server with a mistake made on purpose would forward people to any
/// address. Therefore somebody has to be signed in first, unless the client wants no page at all (RFC 9700 §4.11.2).
/// </remarks>
internal sealed class ReturnErrorsToClient(IOpenIddictApplicationManager applications, SignInAddress addresses)
    : IOpenIddictServerHandler<ApplyAuthorizationResponseContext>
{
    // An address that browsers and proxies take; a longer request is answered on a page.
    private const int MaximumAddressLength = 4096;

    public static OpenIddictServerHandlerDescriptor Descriptor { get; } =
        OpenIddictServerHandlerDescriptor.CreateBuilder<ApplyAuthorizationResponseContext>()
            .UseScopedHandler<ReturnErrorsToClient>()
            .SetOrder(OpenIddictServerHandlers.Authentication.AttachRedirectUri.Descriptor.Order + 500)
            .SetType(OpenIddictServerHandlerType.Custom)
            .Build();

    /// <inheritdoc/>
    public async ValueTask HandleAsync(ApplyAuthorizationResponseContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (context.RedirectUri is not null
            || string.IsNullOrEmpty(context.Response.Error)
            || context.Request is not { ClientId.Length: > 0, RedirectUri.Length: > 0 } request
            || context.Transaction.GetHttpRequest()?.HttpContext is not { } http)
        {
            return;
        }

        if (await applications.FindByClientIdAsync(request.ClientId, context.CancellationToken) is not { } application
            || !await applications.ValidateRedirectUriAsync(application, request.RedirectUri, context.CancellationToken))
        {
            return;
        }

        if (request.HasPromptValue(PromptValues.None) || await Session.FindAsync(http) is not null)
        {
            context.RedirectUri = request.RedirectUri;
            return;
        }

        if (CreateSignInAddress(http, request) is { Length: <= MaximumAddressLength } address)
        {
            http.Response.Redirect(address);
            context.HandleRequest();
        }
    }

    private string CreateSignInAddress(HttpContext http, OpenIddictRequest request)
    {
        var query = new QueryBuilder();
        foreach (var (name, value) in request.GetParameters())
        {
            foreach (var item in (ImmutableArray<string?>?)value ?? [])
            {
                query.Add(name, item ?? string.Empty);
            }
        }

        var here = http.Request.PathBase + http.Request.Path + query.ToString();
        return addresses.Create(http, here, new ClientAddress(new Uri(request.RedirectUri!)).FormActionSource, request.LoginHint);
    }
}
