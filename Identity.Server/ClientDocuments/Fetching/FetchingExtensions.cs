using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Identity.Server.ClientDocuments.Fetching;

/// <summary>Fetching what strangers name.</summary>
internal static class FetchingExtensions
{
    /// <summary>Adds what fetches.</summary>
    /// <param name="services">The services.</param>
    public static void AddFetching(this IServiceCollection services)
    {
        services.TryAddSingleton<INameResolver, SystemNameResolver>();
        services.AddSingleton<GuardedConnection>();
        services.AddSingleton<FetchLimits>();
        services.AddSingleton<GuardedFetcher>();
        services.AddHttpClient(GuardedFetcher.ClientName, client => client.DefaultRequestHeaders.UserAgent.Add(new("Identity", null)))
            .ConfigurePrimaryHttpMessageHandler(provider => GuardedFetcher.CreateHandler(provider.GetRequiredService<GuardedConnection>()))
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan)
            // The addresses are strangers' choices; what there is to say of them is said once, by the caller.
            .RemoveAllLoggers();
    }
}
