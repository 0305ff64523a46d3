using System.ComponentModel.DataAnnotations;
using System.Text.RegularExpressions;
using Identity.Server.Hosting;

namespace Identity.Server.Accounts.Providers;

/// <summary>Where people may have an identity with which they sign in here: section <c>Identity:Providers</c>. Without any, they sign in with a password.</summary>
internal sealed partial class ProvidersOptions : IValidatableObject
{
    /// <summary>The section that holds them.</summary>
    public const string Section = "Identity:Providers";

    private const string Missing = "what the provider gave out for this server, both ClientId and ClientSecret";

    /// <summary>Google.</summary>
    public GoogleOptions Google { get; set; } = new();

    /// <summary>Microsoft Entra ID.</summary>
    public MicrosoftOptions Microsoft { get; set; } = new();

    /// <summary>Any others that speak OpenID Connect.</summary>
    public List<OpenIdConnectOptions> OpenIdConnect { get; set; } = [];

    /// <summary>Whether there is any.</summary>
    public bool IsAny => Google.IsConfigured || Microsoft.IsConfigured || OpenIdConnect.Count > 0;

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Google.IsConfigured && Google.FindMissing() is { } missing)
        {
            yield return new(Missing, [$"{nameof(Google)}:{missing}"]);
        }

        if (Microsoft.IsConfigured && Microsoft.FindMissing() is { } absent)
        {
            yield return new(Missing, [$"{nameof(Microsoft)}:{absent}"]);
        }

        if (Microsoft.IsConfigured && !Microsoft.IsTenantAllowed)
        {
            yield return new("the directory (tenant) ID, a GUID; or organizations, common or consumers", [$"{nameof(Microsoft)}:{nameof(Microsoft.Tenant)}"]);
        }

        foreach (var (index, provider) in OpenIdConnect.Index())
        {
            foreach (var (setting, allowed) in FindProblems(provider, [.. OpenIdConnect.Take(index)]))
            {
                yield return new(allowed, [$"{nameof(OpenIdConnect)}:{index}:{setting}"]);
            }
        }
    }

    private static IEnumerable<(string Setting, string Allowed)> FindProblems(OpenIdConnectOptions provider, OpenIdConnectOptions[] before)
    {
        if (!Name().IsMatch(provider.Name) || provider.Name is ExternalProvider.Google or ExternalProvider.Microsoft || before.Any(other => other.Name == provider.Name))
        {
            yield return (nameof(provider.Name), "a name of lower-case letters, digits and hyphens that no other provider has, google and microsoft among them, such as company");
        }

        if (!Uri.TryCreate(provider.Issuer, UriKind.Absolute, out var issuer)
            || !(issuer.Scheme == Uri.UriSchemeHttps || (issuer.Scheme == Uri.UriSchemeHttp && LoopbackHost.IsLoopback(issuer.Host)))
            || issuer is not { Query: "", Fragment: "", UserInfo: "" }
            || before.Any(other => other.Issuer == provider.Issuer))
        {
            yield return (nameof(provider.Issuer), "the provider's https address, to the letter as its configuration document has it under issuer, that no other has (http only on localhost)");
        }

        if (provider.ClientId.Length is 0)
        {
            yield return (nameof(provider.ClientId), "what the provider calls this server");
        }

        foreach (var (index, scope) in provider.Scopes.Index())
        {
            if (scope.Length is 0 || scope.Any(character => character is <= ' ' or '"' or '\\' or > '~'))
            {
                yield return ($"{nameof(provider.Scopes)}:{index}", "the name of one scope");
            }
        }

        foreach (var (index, domain) in provider.EmailDomains.Index())
        {
            if (!MailAddresses.IsDomain(domain))
            {
                yield return ($"{nameof(provider.EmailDomains)}:{index}", MailAddresses.AllowedDomain);
            }
        }
    }

    [GeneratedRegex("^[a-z0-9][a-z0-9-]{0,31}$")]
    private static partial Regex Name();
}

/// <summary>Google as a provider.</summary>
internal class GoogleOptions
{
    /// <summary>What Google calls this server.</summary>
    public string ClientId { get; set; } = "";

    /// <summary>With what this server proves to be that client.</summary>
    public string ClientSecret { get; set; } = "";

    /// <summary>Whether somebody began to configure it.</summary>
    public bool IsConfigured => ClientId.Length > 0 || ClientSecret.Length > 0;

    /// <summary>Whether nothing is missing.</summary>
    public bool IsComplete => FindMissing() is null;

    /// <summary>Finds which of the two is missing.</summary>
    public string? FindMissing() => ClientId.Length is 0 ? nameof(ClientId) : ClientSecret.Length is 0 ? nameof(ClientSecret) : null;
}

/// <summary>Microsoft Entra ID as a provider.</summary>
internal sealed class MicrosoftOptions : GoogleOptions
{
    /// <summary>Accounts of work or school, of whichever organization.</summary>
    public const string Organizations = "organizations";

    /// <summary>Personal accounts.</summary>
    public const string Consumers = "consumers";

    /// <summary>Both.</summary>
    public const string Common = "common";

    /// <summary>Whose accounts sign in: one directory by its ID, or a kind of them.</summary>
    public string Tenant { get; set; } = "";

    /// <summary>Whether it is one of those.</summary>
    public bool IsTenantAllowed => IsOneTenant || Tenant is Organizations or Consumers or Common;

    /// <summary>Whether all accounts are of one directory.</summary>
    public bool IsOneTenant => Guid.TryParseExact(Tenant, "D", out _);
}

/// <summary>A provider that speaks OpenID Connect.</summary>
internal sealed class OpenIdConnectOptions
{
    /// <summary>Its name in addresses and settings.</summary>
    public string Name { get; set; } = "";

    /// <summary>Its name for people; <see cref="Name"/> unless set.</summary>
    public string? DisplayName { get; set; }

    /// <summary>Its issuer.</summary>
    public string Issuer { get; set; } = "";

    /// <summary>What it calls this server.</summary>
    public string ClientId { get; set; } = "";

    /// <summary>With what this server proves to be that client; empty for a client without a secret.</summary>
    public string ClientSecret { get; set; } = "";

    /// <summary>What is asked for beside <c>openid</c>; <c>profile</c> and <c>email</c> unless set.</summary>
    public List<string> Scopes { get; set; } = [];

    /// <summary>The domains whose e-mail addresses it may vouch for, with <c>email_verified</c>. Without any, its addresses decide nothing.</summary>
    public List<string> EmailDomains { get; set; } = [];
}
