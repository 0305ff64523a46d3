using OpenIddict.Client;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Client.OpenIddictClientEvents;
using static OpenIddict.Client.OpenIddictClientHandlers.Discovery;

namespace Identity.Server.Accounts.Providers;

/// <summary>
/// Contains the logic responsible for using PKCE with every provider, whether or not its configuration document speaks of it: one that does
/// not know it passes over the parameter (RFC 6749, section 3.1).
/// </summary>
internal sealed class AssumeProofKeys : IOpenIddictClientHandler<HandleConfigurationResponseContext>
{
    /// <summary>Gets the descriptor of the handler.</summary>
    public static OpenIddictClientHandlerDescriptor Descriptor { get; } =
        OpenIddictClientHandlerDescriptor.CreateBuilder<HandleConfigurationResponseContext>()
            .UseSingletonHandler<AssumeProofKeys>()
            .SetOrder(ExtractCodeChallengeMethods.Descriptor.Order + 500)
            .SetType(OpenIddictClientHandlerType.Custom)
            .Build();

    /// <inheritdoc/>
    public ValueTask HandleAsync(HandleConfigurationResponseContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        context.Configuration.CodeChallengeMethodsSupported.Add(CodeChallengeMethods.Sha256);
        return ValueTask.CompletedTask;
    }
}
