using Microsoft.AspNetCore;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Identity.Server.Hosting.Events;

/// <summary>
/// Runs the handlers of OpenIddict's events as OpenIddict's own dispatcher does, without going through the list of all events'
/// handlers and asking the container for each of their filters at every event of every request.
/// </summary>
/// <remarks>Why: docs/decisions/0031-events-are-dispatched-from-a-table.md.</remarks>
internal sealed partial class EventDispatcher(EventHandlerTable handlers, ILogger<OpenIddictServerDispatcher> logger) : IOpenIddictServerDispatcher
{
    /// <inheritdoc/>
    public async ValueTask DispatchAsync<TContext>(TContext context)
        where TContext : BaseContext
    {
        ArgumentNullException.ThrowIfNull(context);
        var isLogged = logger.IsEnabled(LogLevel.Debug);
        foreach (var handler in handlers.Get<TContext>())
        {
            if (handler.Filters.Length > 0 && !await IsActiveAsync(handler.Filters, context))
            {
                continue;
            }

            await (handler.Singleton ?? Resolve<TContext>(context, handler.Type)).HandleAsync(context);
            if (isLogged)
            {
                LogHandled(logger, typeof(TContext).Name, handler.Type);
            }

            if (HasEnded(context))
            {
                if (isLogged)
                {
                    LogEnded(logger, typeof(TContext).Name, handler.Type);
                }

                return;
            }
        }
    }

    private static async ValueTask<bool> IsActiveAsync<TContext>(IOpenIddictServerHandlerFilter<TContext>[] filters, TContext context)
        where TContext : BaseContext
    {
        foreach (var filter in filters)
        {
            if (!await filter.IsActiveAsync(context))
            {
                return false;
            }
        }

        return true;
    }

    private static IOpenIddictServerHandler<TContext> Resolve<TContext>(BaseContext context, Type type)
        where TContext : BaseContext
        => (IOpenIddictServerHandler<TContext>)(context.Transaction.GetHttpRequest()?.HttpContext.RequestServices.GetRequiredService(type)
            ?? throw new InvalidOperationException($"{type} serves requests over HTTP, and there is none."));

    private static bool HasEnded(BaseContext context) => context
        is BaseRequestContext { IsRequestHandled: true } or BaseRequestContext { IsRequestSkipped: true } or BaseValidatingContext { IsRejected: true };

    [LoggerMessage(EventId = 2011, Level = LogLevel.Debug, Message = "{Event} was handled by {Handler}.")]
    private static partial void LogHandled(ILogger logger, string @event, Type handler);

    [LoggerMessage(EventId = 2012, Level = LogLevel.Debug, Message = "{Event} was handled, skipped or rejected by {Handler}, which ended it.")]
    private static partial void LogEnded(ILogger logger, string @event, Type handler);
}
