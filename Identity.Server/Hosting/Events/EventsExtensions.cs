using Microsoft.Extensions.DependencyInjection.Extensions;
using OpenIddict.Server;

namespace Identity.Server.Hosting.Events;

/// <summary>How OpenIddict's events reach their handlers.</summary>
internal static class EventsExtensions
{
    /// <summary>
    /// Finds endpoints and dispatches events by tables that are made once, and makes once what has nothing to do with a single request.
    /// Comes last: what is registered afterwards is made for each request.
    /// </summary>
    /// <param name="server">OpenIddict's server.</param>
    /// <returns>The same server.</returns>
    public static OpenIddictServerBuilder UseEventTables(this OpenIddictServerBuilder server)
    {
        server.Services.AddSingleton<EventHandlerTable>();
        server.Services.Replace(ServiceDescriptor.Singleton<IOpenIddictServerDispatcher, EventDispatcher>());
        server.RemoveEventHandler(OpenIddictServerHandlers.InferEndpointType.Descriptor).AddEventHandler(FindEndpoint.Descriptor);
        server.Services.AddSingleton(SharedHandlers.Share(server.Services));
        return server;
    }
}
