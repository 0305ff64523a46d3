using Microsoft.Extensions.DependencyInjection.Extensions;
using OpenIddict.Server;

namespace Identity.Server.Hosting.Events;

/// <summary>How OpenIddict's events reach their handlers.</summary>
internal static class EventsExtensions
{
    /// <summary>Finds endpoints and dispatches events by tables that are made once.</summary>
    /// <param name="server">OpenIddict's server.</param>
    /// <returns>The same server.</returns>
    public static OpenIddictServerBuilder UseEventTables(this OpenIddictServerBuilder server)
    {
        server.Services.AddSingleton<EventHandlerTable>();
        server.Services.Replace(ServiceDescriptor.Scoped<IOpenIddictServerDispatcher, EventDispatcher>());
        return server
            .RemoveEventHandler(OpenIddictServerHandlers.InferEndpointType.Descriptor)
            .AddEventHandler(FindEndpoint.Descriptor);
    }
}
