using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;
using static OpenIddict.Server.OpenIddictServerHandlers;

namespace Identity.Server.Device.Polling;

/// <summary>Contains the logic responsible for telling a device how often it may ask and how long its user has time.</summary>
internal sealed class AttachPollingParameters : IOpenIddictServerHandler<ProcessSignInContext>
{
    /// <summary>Gets the descriptor of the handler.</summary>
    public static OpenIddictServerHandlerDescriptor Descriptor { get; } =
        OpenIddictServerHandlerDescriptor.CreateBuilder<ProcessSignInContext>()
            .UseSingletonHandler<AttachPollingParameters>()
            .SetOrder(AttachSignInParameters.Descriptor.Order + 500)
            .SetType(OpenIddictServerHandlerType.Custom)
            .Build();

    /// <inheritdoc/>
    public ValueTask HandleAsync(ProcessSignInContext context)
    {
        if (context.EndpointType is OpenIddictServerEndpointType.DeviceAuthorization)
        {
            context.Response.ExpiresIn = (long)PollingPace.UserCodeLifetime.TotalSeconds;
            context.Response["interval"] = (long)PollingPace.Interval.TotalSeconds;
        }

        return ValueTask.CompletedTask;
    }
}
