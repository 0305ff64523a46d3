using OpenIddict.Client;
using static OpenIddict.Client.OpenIddictClientEvents;
using static OpenIddict.Client.OpenIddictClientHandlers;

namespace Identity.Server.Accounts.Providers;

/// <summary>
/// Contains the logic responsible for asking no more of Google and Microsoft than their identity tokens, which say all that is needed.
/// </summary>
internal sealed class KeepToIdentityToken : IOpenIddictClientHandler<ProcessAuthenticationContext>
{
    /// <summary>Gets the descriptor of the handler.</summary>
    public static OpenIddictClientHandlerDescriptor Descriptor { get; } =
        OpenIddictClientHandlerDescriptor.CreateBuilder<ProcessAuthenticationContext>()
            .UseSingletonHandler<KeepToIdentityToken>()
            .SetOrder(EvaluateUserInfoRequest.Descriptor.Order - 500)
            .SetType(OpenIddictClientHandlerType.Custom)
            .Build();

    /// <inheritdoc/>
    public ValueTask HandleAsync(ProcessAuthenticationContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        context.DisableUserInfoRetrieval |= context.Registration.RegistrationId is ExternalProvider.Google or ExternalProvider.Microsoft;
        return ValueTask.CompletedTask;
    }
}
