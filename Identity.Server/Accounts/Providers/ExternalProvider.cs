namespace Identity.Server.Accounts.Providers;

/// <summary>A provider of identities, as it is configured.</summary>
/// <param name="Name">Its name in addresses and settings.</param>
/// <param name="DisplayName">Its name for people.</param>
/// <param name="Issuer">Its issuer; for Microsoft, that of one of the directories has the directory's ID in the place of <c>{tenantid}</c>.</param>
internal sealed record ExternalProvider(string Name, string DisplayName, string Issuer)
{
    /// <summary>The name of Google.</summary>
    public const string Google = "google";

    /// <summary>The name of Microsoft Entra ID.</summary>
    public const string Microsoft = "microsoft";

    /// <summary>Google's issuer.</summary>
    public const string GoogleIssuer = "https://accounts.google.com";

    /// <summary>What the issuers of all directories look like.</summary>
    public const string MicrosoftIssuer = "https://login.microsoftonline.com/{tenantid}/v2.0";

    /// <summary>The directory of all personal accounts.</summary>
    public const string ConsumersTenant = "9188040d-6c67-4c5b-b112-36a304b66dad";

    /// <summary>Of Microsoft: whose accounts sign in.</summary>
    public string Tenant { get; init; } = "";

    /// <summary>Of any but Google and Microsoft: the domains for whose addresses it may vouch.</summary>
    public IReadOnlyList<string> EmailDomains { get; init; } = [];

    /// <summary>Whether identities of an issuer, and for Microsoft of a tenant, come from this provider.</summary>
    public bool Issues(string issuer, string? tenant) => Name is Microsoft
        ? tenant is { Length: > 0 } && AllowsTenant(tenant) && issuer == MicrosoftIssuer.Replace("{tenantid}", tenant, StringComparison.Ordinal)
        : issuer == Issuer;

    /// <summary>Whether it is an authority for an address of this domain.</summary>
    public bool MayVouchFor(string domain) => Name switch
    {
        // Google says of each address whether it is one; Microsoft's addresses are what an administrator of the directory typed in.
        Google => true,
        Microsoft => false,
        _ => MailAddresses.Contains(EmailDomains, domain),
    };

    private bool AllowsTenant(string tenant) => Guid.TryParseExact(tenant, "D", out _) && Tenant switch
    {
        MicrosoftOptions.Common => true,
        MicrosoftOptions.Consumers => tenant is ConsumersTenant,
        MicrosoftOptions.Organizations => tenant is not ConsumersTenant,
        _ => string.Equals(tenant, Tenant, StringComparison.OrdinalIgnoreCase),
    };
}
