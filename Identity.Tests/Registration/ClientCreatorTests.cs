using Identity.Server.Registration;
using Identity.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;
using OpenIddict.Abstractions;

namespace Identity.Tests.Registration;

/// <summary>Clients that an administrator creates.</summary>
public sealed class ClientCreatorTests
{
    private TestServer _server = null!;

    [OneTimeSetUp]
    public async Task SetUp() => _server = await TestServer.StartAsync();

    [OneTimeTearDown]
    public async Task TearDown() => await _server.DisposeAsync();

    [Test]
    public async Task A_resource_server_may_introspect_for_what_it_names_and_nothing_else()
    {
        await using var scope = _server.Services.CreateAsyncScope();
        var (id, secret) = await scope.ServiceProvider.GetRequiredService<ClientCreator>()
            .CreateAsync("Files", [], ["https://mcp.example.com", "http://localhost:3000/mcp"], isPublic: false, CancellationToken.None);
        var applications = scope.ServiceProvider.GetRequiredService<IOpenIddictApplicationManager>();
        var application = (await applications.FindByClientIdAsync(id))!;
        Assert.That(await applications.ValidateClientSecretAsync(application, secret!), Is.True);
        Assert.That(await applications.GetPermissionsAsync(application), Is.EqualTo(new[] { OpenIddictConstants.Permissions.Endpoints.Introspection }));
        Assert.That(
            (await applications.GetPropertiesAsync(application))["introspects"].EnumerateArray().Select(item => item.GetString()),
            Is.EqualTo(new[] { "https://mcp.example.com", "http://localhost:3000/mcp" }));
    }

    [TestCase("", "", false, "--redirect-uri")]
    [TestCase("http://a.example/callback", "", false, "must use https")]
    [TestCase("", "mcp", false, "https address")]
    [TestCase("", "https://a.example/#part", false, "fragment")]
    [TestCase("", "https://bob@a.example/", false, "user name")]
    [TestCase("https://a.example/callback", "https://a.example", true, "leave --public out")]
    public async Task What_breaks_a_rule_is_not_created(string redirectUri, string introspects, bool isPublic, string rule)
    {
        await using var scope = _server.Services.CreateAsyncScope();
        var applications = scope.ServiceProvider.GetRequiredService<IOpenIddictApplicationManager>();
        var before = await applications.CountAsync();
        var exception = await Assert.ThrowsAsync<RegistrationException>(async () => await scope.ServiceProvider.GetRequiredService<ClientCreator>().CreateAsync(
            "Files", redirectUri.Length is 0 ? [] : [redirectUri], introspects.Length is 0 ? [] : [introspects], isPublic, CancellationToken.None));
        Assert.That(exception!.Error.Description, Does.Contain(rule));
        Assert.That(await applications.CountAsync(), Is.EqualTo(before));
    }
}
