using Identity.Server.Device.Polling;
using OpenIddict.Server;

namespace Identity.Server.Device;

/// <summary>The device authorization grant (RFC 8628): a device without a browser shows a code, which its user enters with another one.</summary>
internal static class DeviceExtensions
{
    /// <summary>The letters of user codes (RFC 8628, section 6.1): no vowels, which would make words, and no two that look alike.</summary>
    private const string Alphabet = "BCDFGHJKLMNPQRSTVWXZ";

    private const int UserCodeLength = 8;

    /// <summary>Adds the device authorization endpoint, and the page at which people enter the code.</summary>
    /// <param name="server">OpenIddict's server.</param>
    /// <returns>The same server.</returns>
    public static OpenIddictServerBuilder AddDevice(this OpenIddictServerBuilder server)
    {
        server.Services.AddSingleton<UserCodeAttempts>();
        server.Services.AddSingleton<PollingPace>();
        server.UseAspNetCore().EnableEndUserVerificationEndpointPassthrough();
        return server
            .AllowDeviceAuthorizationFlow()
            .SetDeviceAuthorizationEndpointUris("connect/device")
            .SetEndUserVerificationEndpointUris(DeviceModel.Route[1..])
            .SetUserCodeCharset([.. Alphabet.Select(character => character.ToString())])
            .SetUserCodeLength(UserCodeLength)
            .SetUserCodeLifetime(PollingPace.UserCodeLifetime)
            // Longer than the user code, so that a device that comes too late is told so, and one whose user was late comes in time.
            .SetDeviceCodeLifetime(PollingPace.UserCodeLifetime + TimeSpan.FromMinutes(5))
            .AddEventHandler(AttachDevicePrincipal.Descriptor)
            .AddEventHandler(AttachPollingParameters.Descriptor)
            .AddEventHandler(NormalizeUserCode.Descriptor)
            .AddEventHandler(AnswerPolling.Descriptor);
    }
}
