using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Identity.Server.Accounts.Providers;

/// <summary>
/// Who may enter with an identity that no account has yet: section <c>Identity:Admission</c>. Whoever one of the settings admits gets an
/// account; without any setting, nobody does.
/// </summary>
internal sealed class AdmissionOptions : IValidatableObject
{
    /// <summary>The section that holds them.</summary>
    public const string Section = "Identity:Admission";

    /// <summary>Whoever has an identity at any of the configured providers.</summary>
    public bool Everyone { get; set; }

    /// <summary>E-mail addresses, where the provider vouches for them.</summary>
    public List<string> Emails { get; set; } = [];

    /// <summary>Domains, where the provider is an authority for them.</summary>
    public List<string> Domains { get; set; } = [];

    /// <summary>Directories (tenants) of Microsoft Entra ID, by their ID.</summary>
    public List<string> Tenants { get; set; } = [];

    /// <summary>Groups, as a claim of one provider names them.</summary>
    public List<AdmittedGroup> Groups { get; set; } = [];

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (var (index, email) in Emails.Index())
        {
            if (!MailAddresses.IsAddress(email))
            {
                yield return new(MailAddresses.AllowedAddress, [$"{nameof(Emails)}:{index}"]);
            }
        }

        foreach (var (index, domain) in Domains.Index())
        {
            if (!MailAddresses.IsDomain(domain))
            {
                yield return new(MailAddresses.AllowedDomain, [$"{nameof(Domains)}:{index}"]);
            }
        }

        foreach (var (index, tenant) in Tenants.Index())
        {
            if (!Guid.TryParseExact(tenant, "D", out _))
            {
                yield return new("a directory (tenant) ID of Microsoft Entra ID, a GUID", [$"{nameof(Tenants)}:{index}"]);
            }
        }

        foreach (var (index, group) in Groups.Index())
        {
            if (group.Claim.Length is 0)
            {
                yield return new("the name of a claim, such as groups", [$"{nameof(Groups)}:{index}:{nameof(group.Claim)}"]);
            }

            if (group.Value.Length is 0)
            {
                yield return new("what the claim holds for members of the group", [$"{nameof(Groups)}:{index}:{nameof(group.Value)}"]);
            }
        }
    }

    /// <summary>Holds the groups to the providers that there are.</summary>
    internal sealed class GroupsHaveProviders(IOptions<ProvidersOptions> providers) : IValidateOptions<AdmissionOptions>
    {
        public ValidateOptionsResult Validate(string? name, AdmissionOptions options)
        {
            var failures = options.Groups.Index()
                .Select(group => (Key: $"{Section}:{nameof(Groups)}:{group.Index}:{nameof(group.Item.Provider)}", group.Item.Provider))
                .Where(group => !IsAllowed(group.Provider))
                .Select(group => $"{group.Key} is '{group.Provider}', which is not allowed. Allowed: a configured provider: google, the Name of one "
                    + "under OpenIdConnect, or microsoft where its Tenant is one directory (an administrator of any other could hand out the same group).")
                .ToList();
            return failures.Count > 0 ? ValidateOptionsResult.Fail(failures) : ValidateOptionsResult.Success;
        }

        private bool IsAllowed(string provider) => provider switch
        {
            ExternalProvider.Google => providers.Value.Google.IsConfigured,
            ExternalProvider.Microsoft => providers.Value.Microsoft is { IsConfigured: true, IsOneTenant: true },
            _ => providers.Value.OpenIdConnect.Exists(other => other.Name == provider),
        };
    }
}

/// <summary>A group whose members may enter.</summary>
internal sealed class AdmittedGroup
{
    /// <summary>The provider's name in the settings.</summary>
    public string Provider { get; set; } = "";

    /// <summary>The claim that names groups.</summary>
    public string Claim { get; set; } = "groups";

    /// <summary>What it holds for members.</summary>
    public string Value { get; set; } = "";

    /// <summary>How it is kept with the identity of a member.</summary>
    public string Key => $"{Claim}={Value}";
}
