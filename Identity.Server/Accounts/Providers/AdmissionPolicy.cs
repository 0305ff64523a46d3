using System.Collections.Immutable;
using Identity.Stores.FileSystem.Models;
using Microsoft.Extensions.Options;

namespace Identity.Server.Accounts.Providers;

/// <summary>
/// Decides who may enter: accounts that somebody made or invited, and of strangers those whom the settings admit. It rests on what is kept
/// with the account, so that it can be asked again at any time.
/// </summary>
internal sealed class AdmissionPolicy(IOptions<AdmissionOptions> options, ExternalProviders providers)
{
    /// <summary>The groups that the settings name of a provider.</summary>
    public IEnumerable<AdmittedGroup> GroupsOf(ExternalProvider provider) => options.Value.Groups.Where(group => group.Provider == provider.Name);

    /// <summary>Whether this account may enter, as far as admission is concerned.</summary>
    public bool Admits(User user) => Admits(user, user.Logins);

    /// <summary>Whether there is a way to sign in to this account that the settings leave open.</summary>
    public bool CanEnter(User user) => CanEnter(user, user.Logins, user.Passkeys.Length);

    /// <summary>Whether there would be one with these identities and so many passkeys.</summary>
    public bool CanEnter(User user, ImmutableArray<UserLogin> logins, int passkeys)
        => Admits(user, logins)
        && ((providers.PasswordsOpen && (user.PasswordHash is not null || passkeys > 0)) || logins.Any(login => FindProvider(login) is not null));

    /// <summary>Whether the settings admit a stranger with this identity.</summary>
    public bool Admits(UserLogin login)
    {
        var settings = options.Value;
        return FindProvider(login) is { } provider
            && (settings.Everyone
                || (MailAddresses.FindDomain(login.Email) is { } mailDomain && provider.MayVouchFor(mailDomain) && MailAddresses.Contains(settings.Emails, login.Email))
                || (login.Domain is { } domain && provider.MayVouchFor(domain) && MailAddresses.Contains(settings.Domains, domain))
                || settings.Tenants.Exists(tenant => string.Equals(tenant, login.Tenant, StringComparison.OrdinalIgnoreCase))
                || GroupsOf(provider).Any(group => login.Groups.Contains(group.Key)));
    }

    private bool Admits(User user, ImmutableArray<UserLogin> logins) => !user.IsAdmittedByPolicy || logins.Any(Admits);

    // An identity opens nothing where its provider, or its directory, is not in the settings any more.
    private ExternalProvider? FindProvider(UserLogin login)
        => providers.Find(login.Provider) is { } provider && provider.Issues(login.Issuer, login.Tenant) ? provider : null;
}
