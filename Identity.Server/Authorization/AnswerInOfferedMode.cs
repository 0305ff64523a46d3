using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;
using static OpenIddict.Server.OpenIddictServerHandlers.Authentication;

namespace Identity.Server.Authorization;

/// <summary>
/// Answers a request whose response mode is not offered, or whose response type would imply such a one, in the query: OpenIddict
/// refuses the request, but would tell the client so in that very mode, or not at all where it has never heard of it.
/// </summary>
internal sealed class AnswerInOfferedMode : IOpenIddictServerHandler<ApplyAuthorizationResponseContext>
{
    public static OpenIddictServerHandlerDescriptor Descriptor { get; } =
        OpenIddictServerHandlerDescriptor.CreateBuilder<ApplyAuthorizationResponseContext>()
            .UseSingletonHandler<AnswerInOfferedMode>()
            .SetOrder(InferResponseMode.Descriptor.Order + 500)
            .SetType(OpenIddictServerHandlerType.Custom)
            .Build();

    /// <inheritdoc/>
    public ValueTask HandleAsync(ApplyAuthorizationResponseContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (!string.IsNullOrEmpty(context.RedirectUri)
            && (context.ResponseMode is null || !context.Options.ResponseModes.Contains(context.ResponseMode)))
        {
            context.ResponseMode = ResponseModes.Query;
        }

        return ValueTask.CompletedTask;
    }
}
