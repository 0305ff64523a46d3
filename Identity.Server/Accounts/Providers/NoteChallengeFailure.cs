using Microsoft.AspNetCore;
using OpenIddict.Client;
using OpenIddict.Client.AspNetCore;
using static OpenIddict.Client.AspNetCore.OpenIddictClientAspNetCoreHandlers;
using static OpenIddict.Client.OpenIddictClientEvents;

namespace Identity.Server.Accounts.Providers;

/// <summary>
/// Contains the logic responsible for leaving it to the page to say that the way to a provider could not be taken, such as when its
/// configuration document is not to be had.
/// </summary>
internal sealed class NoteChallengeFailure : IOpenIddictClientHandler<ProcessErrorContext>
{
    /// <summary>Gets the descriptor of the handler, which runs before OpenIddict answers with plain text.</summary>
    public static OpenIddictClientHandlerDescriptor Descriptor { get; } =
        OpenIddictClientHandlerDescriptor.CreateBuilder<ProcessErrorContext>()
            .UseSingletonHandler<NoteChallengeFailure>()
            .SetOrder(AttachHttpResponseCode<ProcessErrorContext>.Descriptor.Order - 500)
            .SetType(OpenIddictClientHandlerType.Custom)
            .Build();

    /// <inheritdoc/>
    public ValueTask HandleAsync(ProcessErrorContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (context.EndpointType is OpenIddictClientEndpointType.Unknown && context.Transaction.GetHttpRequest() is { HttpContext: { } http })
        {
            http.Features.Set(new ChallengeFailure(context.Response.Error ?? context.Error, context.Response.ErrorDescription ?? context.ErrorDescription));
            context.HandleRequest();
        }

        return ValueTask.CompletedTask;
    }
}
