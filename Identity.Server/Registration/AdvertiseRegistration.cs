using Microsoft.Extensions.Options;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Identity.Server.Registration;

/// <summary>Says in the metadata (RFC 8414) where clients register, unless nobody may.</summary>
internal sealed class AdvertiseRegistration(IOptions<RegistrationOptions> options) : IOpenIddictServerHandler<HandleConfigurationRequestContext>
{
    /// <summary>Runs after OpenIddict's own handlers of the event.</summary>
    public static OpenIddictServerHandlerDescriptor Descriptor { get; } = OpenIddictServerHandlerDescriptor.CreateBuilder<HandleConfigurationRequestContext>()
        .UseSingletonHandler<AdvertiseRegistration>()
        .SetOrder(int.MaxValue - 2_000)
        .SetType(OpenIddictServerHandlerType.Custom)
        .Build();

    /// <inheritdoc />
    public ValueTask HandleAsync(HandleConfigurationRequestContext context)
    {
        if (options.Value.Mode is not RegistrationMode.Closed)
        {
            context.Metadata["registration_endpoint"] = context.Issuer!.AbsoluteUri + RegistrationEndpoint.Path;
        }

        return ValueTask.CompletedTask;
    }
}
