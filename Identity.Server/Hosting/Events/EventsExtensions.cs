using Microsoft.Extensions.DependencyInjection.Extensions;
using OpenIddict.Abstractions;
using OpenIddict.Core;
using OpenIddict.Server;

namespace Identity.Server.Hosting.Events;

/// <summary>How OpenIddict's events reach their handlers.</summary>
internal static class EventsExtensions
{
    // They hold nothing of a request, once entities are not cached. The manager of clients does: see ClientManager.
    private static readonly Type[] Stateless =
    [
        typeof(IOpenIddictApplicationCache<>),
        typeof(IOpenIddictAuthorizationCache<>),
        typeof(IOpenIddictScopeCache<>),
        typeof(IOpenIddictTokenCache<>),
        typeof(OpenIddictAuthorizationManager<>),
        typeof(OpenIddictScopeManager<>),
        typeof(OpenIddictTokenManager<>),
        typeof(IOpenIddictAuthorizationManager),
        typeof(IOpenIddictScopeManager),
        typeof(IOpenIddictTokenManager),
    ];

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
        Share(server.Services, service => Stateless.Contains(service.ServiceType));
        var singletons = server.Services.Where(service => service.Lifetime is ServiceLifetime.Singleton).Select(service => service.ServiceType).ToHashSet();
        server.Services.AddSingleton(new SharedHandlers(Share(server.Services, service => IsHandler(service) && DependsOn(service.ImplementationType!, singletons))));
        return server;
    }

    private static HashSet<Type> Share(IServiceCollection services, Func<ServiceDescriptor, bool> predicate)
    {
        HashSet<Type> shared = [];
        for (var place = 0; place < services.Count; place++)
        {
            if (services[place] is { Lifetime: ServiceLifetime.Scoped, IsKeyedService: false } service && predicate(service))
            {
                shared.Add(service.ServiceType);
                services[place] = service.ImplementationFactory is { } factory
                    ? ServiceDescriptor.Singleton(service.ServiceType, factory)
                    : ServiceDescriptor.Singleton(service.ServiceType, service.ImplementationType!);
            }
        }

        return shared;
    }

    private static bool IsHandler(ServiceDescriptor service) => service.ImplementationType is { IsGenericTypeDefinition: false } type
        && type.GetInterfaces().Any(contract => contract.IsGenericType && contract.GetGenericTypeDefinition() == typeof(IOpenIddictServerHandler<>));

    // The constructor without parameters is OpenIddict's for servers without stores.
    private static bool DependsOn(Type handler, HashSet<Type> singletons) => handler.GetConstructors().All(constructor => constructor.GetParameters().All(
        parameter => singletons.Contains(parameter.ParameterType)
            || (parameter.ParameterType.IsGenericType && singletons.Contains(parameter.ParameterType.GetGenericTypeDefinition()))));
}

/// <summary>The handlers that have nothing to do with a single request, though OpenIddict makes them for each.</summary>
/// <param name="Types">Their types.</param>
internal sealed record SharedHandlers(IReadOnlySet<Type> Types);
