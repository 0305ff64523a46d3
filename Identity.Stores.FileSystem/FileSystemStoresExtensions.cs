using Identity.Stores.FileSystem;
using Identity.Stores.FileSystem.Models;
using Identity.Stores.FileSystem.Storage;
using Identity.Stores.FileSystem.Stores;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers the file-backed stores.</summary>
public static class FileSystemStoresExtensions
{
    /// <summary>Keeps OpenIddict's clients, authorizations, scopes and refresh tokens in JSON files, and other tokens in memory.</summary>
    /// <param name="builder">OpenIddict's core services.</param>
    /// <param name="configure">Says where the files are.</param>
    /// <returns>The builder.</returns>
    public static OpenIddictCoreBuilder UseFileSystem(
        this OpenIddictCoreBuilder builder, Action<FileSystemStorageOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddStorageDirectory(configure);
        builder.Services.AddCollection(Collections.Applications);
        builder.Services.AddCollection(Collections.Authorizations);
        builder.Services.AddCollection(Collections.Scopes);
        builder.Services.AddCollection(Collections.RefreshTokens);
        builder.Services.AddCollection(Collections.UserTokens);
        builder.Services.AddCollection(Collections.AnonymousTokens);
        return builder
            // The stores are memory themselves: a cache before them would cost more than it saves, and answer with what is no longer so.
            .DisableEntityCaching()
            .ReplaceApplicationStore<Application, ApplicationStore>(ServiceLifetime.Singleton).SetDefaultApplicationEntity<Application>()
            .ReplaceAuthorizationStore<Authorization, AuthorizationStore>(ServiceLifetime.Singleton).SetDefaultAuthorizationEntity<Authorization>()
            .ReplaceScopeStore<Scope, ScopeStore>(ServiceLifetime.Singleton).SetDefaultScopeEntity<Scope>()
            .ReplaceTokenStore<Token, TokenStore>(ServiceLifetime.Singleton).SetDefaultTokenEntity<Token>();
    }

    /// <summary>Keeps the accounts of ASP.NET Core Identity in <c>users.json</c>, in the directory of <see cref="UseFileSystem"/>.</summary>
    /// <param name="builder">Identity's services, for <see cref="User"/>.</param>
    /// <returns>The builder.</returns>
    public static IdentityBuilder AddFileSystemStores(this IdentityBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddStorageDirectory(configure: null);
        builder.Services.AddCollection(Collections.Users);
        builder.Services.TryAddScoped<IUserStore<User>, UserStore>();
        return builder;
    }

    /// <summary>Keeps a collection of the host's own in the same directory, under the same promises.</summary>
    /// <typeparam name="T">The entity.</typeparam>
    /// <param name="services">The services; a <see cref="Collection{T}"/> is among them afterwards.</param>
    /// <param name="definition">The collection.</param>
    /// <returns>The services.</returns>
    public static IServiceCollection AddCollection<T>(this IServiceCollection services, CollectionDefinition<T> definition)
        where T : Entity
    {
        ArgumentNullException.ThrowIfNull(services);
        if (services.All(service => service.ServiceType != typeof(CollectionDefinition) || !ReferenceEquals(service.ImplementationInstance, definition)))
        {
            services.AddSingleton<CollectionDefinition>(definition);
            services.TryAddSingleton(provider => provider.GetRequiredService<StorageDirectory>().GetCollection(definition));
        }

        return services;
    }

    private static void AddStorageDirectory(this IServiceCollection services, Action<FileSystemStorageOptions>? configure)
    {
        var options = services.AddOptions<FileSystemStorageOptions>();
        if (configure is not null)
        {
            options.Configure(configure);
        }

        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(provider => StorageDirectory.Open(
            provider.GetRequiredService<IOptions<FileSystemStorageOptions>>().Value,
            provider.GetServices<CollectionDefinition>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<StorageDirectory>>()));
    }
}
