using Identity.Server.Pages;
using Microsoft.AspNetCore;
using OpenIddict.Server;
using OpenIddict.Server.AspNetCore;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Identity.Server.Authorization;

/// <summary>
/// Lets the page that OpenIddict writes for <c>response_mode=form_post</c> send its form to the client, with its own script
/// and no other.
/// </summary>
internal sealed class AllowFormPost : IOpenIddictServerHandler<ApplyAuthorizationResponseContext>
{
    private const string Script = "document.form.submit();";

    public static OpenIddictServerHandlerDescriptor Descriptor { get; } =
        OpenIddictServerHandlerDescriptor.CreateBuilder<ApplyAuthorizationResponseContext>()
            .UseSingletonHandler<AllowFormPost>()
            .SetOrder(OpenIddictServerAspNetCoreHandlers.Authentication.ProcessFormPostResponse.Descriptor.Order - 500)
            .SetType(OpenIddictServerHandlerType.Custom)
            .Build();

    /// <inheritdoc/>
    public ValueTask HandleAsync(ApplyAuthorizationResponseContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (context is { ResponseMode: ResponseModes.FormPost, RedirectUri.Length: > 0 })
        {
            context.Transaction.GetHttpRequest()?.HttpContext
                .AllowFormAction(new ClientAddress(new Uri(context.RedirectUri)).FormActionSource, Script);
        }

        return ValueTask.CompletedTask;
    }
}
