using OpenIddict.Abstractions;
using OpenIddict.Core;
using OpenIddict.Server;

namespace Identity.Server.Hosting.Events;

/// <summary>The handlers that have nothing to do with a single request, though OpenIddict makes them for each: they are made once.</summary>
/// <param name="Types">Their types.</param>
/// <remarks>Why: docs/decisions/0036-a-refresh-costs-what-it-allocates.md.</remarks>
internal sealed record SharedHandlers(IReadOnlySet<Type> Types)
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

    /// <summary>Makes singletons of OpenIddict's managers that hold nothing of a request, and of all handlers that ask for singletons only.</summary>
    /// <param name="services">The services, all registered.</param>
    /// <returns>The handlers that have become singletons.</returns>
    public static SharedHandlers Share(IServiceCollection services)
    {
        Share(services, service => Stateless.Contains(service.ServiceType));
        var singletons = services.Where(service => service.Lifetime is ServiceLifetime.Singleton).Select(service => service.ServiceType).ToHashSet();
        return new(Share(services, service => IsHandler(service) && AsksOnlyFor(singletons, service.ImplementationType!)));
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
    private static bool AsksOnlyFor(HashSet<Type> singletons, Type handler) => handler.GetConstructors().All(constructor => constructor.GetParameters().All(
        parameter => singletons.Contains(parameter.ParameterType)
            || (parameter.ParameterType.IsGenericType && singletons.Contains(parameter.ParameterType.GetGenericTypeDefinition()))));
}
