using Microsoft.Extensions.Options;

namespace Identity.Server.Accounts.Providers;

/// <summary>The configured providers of identities.</summary>
internal sealed class ExternalProviders(IOptions<ProvidersOptions> options, IOptions<LocalAccountsOptions> local)
{
    private readonly List<ExternalProvider> _providers = [.. Create(options.Value)];

    /// <summary>All of them, in the order in which people see them.</summary>
    public IReadOnlyList<ExternalProvider> All => _providers;

    /// <summary>Whether people may sign in with a password.</summary>
    public bool PasswordsOpen => local.Value.Enabled;

    /// <summary>The one that everybody signs in with, where there is no other way.</summary>
    public ExternalProvider? Only => !PasswordsOpen && _providers is [var only] ? only : null;

    /// <summary>Finds one by its name.</summary>
    public ExternalProvider? Find(string? name) => _providers.Find(provider => provider.Name == name);

    private static IEnumerable<ExternalProvider> Create(ProvidersOptions options)
    {
        if (options.Google.IsConfigured)
        {
            yield return new(ExternalProvider.Google, "Google", ExternalProvider.GoogleIssuer);
        }

        if (options.Microsoft.IsConfigured)
        {
            yield return new(ExternalProvider.Microsoft, "Microsoft", ExternalProvider.MicrosoftIssuer) { Tenant = options.Microsoft.Tenant };
        }

        foreach (var provider in options.OpenIdConnect)
        {
            yield return new(provider.Name, provider.DisplayName is { Length: > 0 } name ? name : provider.Name, provider.Issuer) { EmailDomains = provider.EmailDomains };
        }
    }
}
