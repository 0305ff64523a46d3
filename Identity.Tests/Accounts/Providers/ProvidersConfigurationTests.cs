using Identity.Server;
using Identity.Server.Hosting;
using Identity.Tests.Infrastructure;
using Microsoft.Extensions.Options;
using NUnit.Framework;
using OpenIddict.Client;

namespace Identity.Tests.Accounts.Providers;

internal sealed class ProvidersConfigurationTests
{
    private const string Section = "Identity:Providers:OpenIdConnect:0";

    private static readonly Dictionary<string, string> Right = new()
    {
        ["Identity:Providers:Google:ClientId"] = "a",
        ["Identity:Providers:Google:ClientSecret"] = "a secret",
        ["Identity:Providers:Microsoft:ClientId"] = "b",
        ["Identity:Providers:Microsoft:ClientSecret"] = "a secret",
        ["Identity:Providers:Microsoft:Tenant"] = "common",
        [$"{Section}:Name"] = "company",
        [$"{Section}:Issuer"] = "https://login.company.example",
        [$"{Section}:ClientId"] = "c",
    };

    [TestCase("Identity:Providers:Google:ClientId", "", "both ClientId and ClientSecret")]
    [TestCase("Identity:Providers:Google:ClientSecret", "", "both ClientId and ClientSecret")]
    [TestCase("Identity:Providers:Microsoft:ClientId", "", "both ClientId and ClientSecret")]
    [TestCase("Identity:Providers:Microsoft:ClientSecret", "", "both ClientId and ClientSecret")]
    [TestCase("Identity:Providers:Microsoft:Tenant", "", "a GUID; or organizations, common or consumers")]
    [TestCase("Identity:Providers:Microsoft:Tenant", "contoso.example", "a GUID; or organizations, common or consumers")]
    [TestCase(Section + ":Name", "", "lower-case letters")]
    [TestCase(Section + ":Name", "The Company", "lower-case letters")]
    [TestCase(Section + ":Name", "google", "that no other provider has")]
    [TestCase(Section + ":Issuer", "", "https address")]
    [TestCase(Section + ":Issuer", "http://login.company.example", "https address")]
    [TestCase(Section + ":Issuer", "https://login.company.example/?a=b", "https address")]
    [TestCase(Section + ":ClientId", "", "what the provider calls this server")]
    [TestCase(Section + ":Scopes:0", "profile email", "the name of one scope")]
    [TestCase(Section + ":EmailDomains:0", "@example.com", "a domain in lower case")]
    [TestCase("Identity:Admission:Emails:0", "example.com", "an e-mail address")]
    [TestCase("Identity:Admission:Domains:0", "alice@example.com", "a domain in lower case")]
    [TestCase("Identity:Admission:Domains:0", "com", "a domain in lower case")]
    [TestCase("Identity:Admission:Tenants:0", "common", "a GUID")]
    [TestCase("Identity:Admission:Everyone", "yes", "true or false")]
    [TestCase("Identity:Admission:Groups:0:Provider", "nobody", "a configured provider")]
    [TestCase("Identity:Admission:Groups:0:Provider", "microsoft", "where its Tenant is one directory")]
    public void A_bad_value_is_named_with_its_key_and_what_is_allowed(string key, string value, string allowed)
    {
        var settings = new Dictionary<string, string>(Right) { [key] = value };
        if (key.StartsWith("Identity:Admission:Groups", StringComparison.Ordinal))
        {
            settings["Identity:Admission:Groups:0:Value"] = "staff";
        }

        var line = Describe(settings).Single();

        Assert.That(line, Does.StartWith($"{key} is '{value}'").And.Contain(allowed).And.Not.Contain("a secret"));
    }

    [Test]
    public void Passwords_cannot_be_shut_off_without_a_provider()
        => Assert.That(Describe(new() { ["Identity:LocalAccounts:Enabled"] = "false" }).Single(), Does.StartWith("Identity:LocalAccounts:Enabled is 'False'"));

    [Test]
    public async Task The_client_is_there_only_where_a_provider_is_configured()
    {
        await using var none = await TestServer.StartAsync();
        Assert.That(none.Services.GetService(typeof(OpenIddictClientService)), Is.Null);

        await using var all = await TestServer.StartAsync([.. Right.Select(setting => $"--{setting.Key}={setting.Value}")]);
        var options = (IOptionsMonitor<OpenIddictClientOptions>)all.Services.GetService(typeof(IOptionsMonitor<OpenIddictClientOptions>))!;
        Assert.That(options.CurrentValue.Registrations.Select(registration => registration.RegistrationId), Is.EquivalentTo(new[] { "google", "microsoft", "company" }));
    }

    [Test]
    public async Task Environment_variables_configure_Google_and_Microsoft()
    {
        using var directory = new TemporaryDirectory();
        var (exitCode, _, errors) = await ServerProcess.RunAsync(
            [$"--Identity:StorageDirectory={directory.Path}"],
            environment: new Dictionary<string, string> { ["GOOGLE_CLIENT_ID"] = "a", ["GOOGLE_CLIENT_SECRET"] = "b", ["AZURE_CLIENT_ID"] = "c", ["AZURE_CLIENT_SECRET"] = "d", ["AZURE_TENANT_ID"] = "e" });

        Assert.That((exitCode, errors), Is.EqualTo((1,
            "AZURE_TENANT_ID is 'e', which is not allowed. Allowed: the directory (tenant) ID, a GUID; or organizations, common or consumers.\n")));
    }

    private static IEnumerable<string> Describe(Dictionary<string, string> settings)
    {
        using var directory = new TemporaryDirectory();
        var exception = Assert.Throws<OptionsValidationException>(() => Program.Build(
            [$"--Identity:StorageDirectory={directory.Path}", .. settings.Select(setting => $"--{setting.Key}={setting.Value}")]));
        return StartupException.Describe(exception!);
    }
}
