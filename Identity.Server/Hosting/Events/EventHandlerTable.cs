using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Identity.Server.Hosting.Events;

/// <summary>
/// The handlers of OpenIddict's events by event, in their order, with everything that is the same for all requests resolved once:
/// filters, which are singletons in OpenIddict, and handlers that are.
/// </summary>
internal sealed class EventHandlerTable(IServiceProvider services, SharedHandlers shared, IOptionsMonitor<OpenIddictServerOptions> options)
{
    private readonly ConcurrentDictionary<Type, Array> _handlers = new();

    /// <summary>Gets the handlers of an event.</summary>
    /// <typeparam name="TContext">The event.</typeparam>
    /// <returns>The handlers, in the order in which they run.</returns>
    public EventHandler<TContext>[] Get<TContext>()
        where TContext : BaseContext
        => (EventHandler<TContext>[])_handlers.GetOrAdd(typeof(TContext), static (_, table) => table.Create<TContext>(), this);

    private EventHandler<TContext>[] Create<TContext>()
        where TContext : BaseContext =>
        [.. options.CurrentValue.Handlers.Where(descriptor => descriptor.ContextType == typeof(TContext)).Select(descriptor => new EventHandler<TContext>(
            descriptor.ServiceDescriptor.ServiceType,
            descriptor.ServiceDescriptor.Lifetime is ServiceLifetime.Singleton || shared.Types.Contains(descriptor.ServiceDescriptor.ServiceType)
                ? (IOpenIddictServerHandler<TContext>)(descriptor.ServiceDescriptor.ImplementationInstance ?? services.GetRequiredService(descriptor.ServiceDescriptor.ServiceType))
                : null,
            [.. descriptor.FilterTypes.Select(type => (IOpenIddictServerHandlerFilter<TContext>)services.GetRequiredService(type))]))];
}

/// <summary>A handler of an event.</summary>
/// <typeparam name="TContext">The event.</typeparam>
/// <param name="Type">The service that it is.</param>
/// <param name="Singleton">The handler itself, unless each request has one of its own.</param>
/// <param name="Filters">All of them have to let the event through.</param>
internal sealed record EventHandler<TContext>(
    Type Type, IOpenIddictServerHandler<TContext>? Singleton, IOpenIddictServerHandlerFilter<TContext>[] Filters)
    where TContext : BaseContext;
