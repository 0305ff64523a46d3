using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Identity.Tests.Infrastructure;
using Identity.Tests.Tokens;
using Microsoft.AspNetCore.WebUtilities;

namespace Identity.Tests.Resources;

/// <summary>The resource parameter (RFC 8707) from the request to the audience of the token.</summary>
internal sealed class ResourceTests
{
    private const string First = "https://first.example.com/mcp";
    private const string Second = "https://second.example.com";

    private static readonly string[] TwoResources =
    [
        $"--Identity:Resources:0:Uri={First}", "--Identity:Resources:0:Name=First things",
        "--Identity:Resources:0:Scopes:0:Name=things:read", "--Identity:Resources:0:Scopes:0:Description=Read your things",
        $"--Identity:Resources:1:Uri={Second}", "--Identity:Resources:1:Scopes:0:Name=notes:write",
        "--Identity:Scopes:0:Name=general", "--Identity:Scopes:0:Description=Do what is the same everywhere",
    ];

    private TokenScene _scene = null!;

    [TearDown]
    public async Task TearDown() => await _scene.DisposeAsync();

    [TestCase("http://mcp.example.com/")]
    [TestCase("https://mcp.example.com/#part")]
    [TestCase("not a URI")]
    [TestCase("/relative")]
    [TestCase("ISSUER/connect/token")]
    [TestCase("ISSUER/CONNECT%2ftoken")]
    [TestCase("ISSUER/account/sign-in")]
    [TestCase("ISSUER/.well-known/jwks")]
    public async Task What_can_be_no_resource_is_an_invalid_target_wherever_it_is_named(string resource)
    {
        _scene = await TokenScene.StartAsync();
        resource = resource.Replace("ISSUER", Issuer, StringComparison.Ordinal);
        var client = await _scene.RegisterAsync();
        var tokens = await _scene.ConnectAsync(client);

        var pushed = await _scene.PostAsync("/connect/par", client, new()
        {
            ["response_type"] = "code",
            ["redirect_uri"] = ClientScene.RedirectUri,
            ["code_challenge"] = new string('c', 43),
            ["code_challenge_method"] = "S256",
            ["resource"] = resource,
        });
        var refreshed = await _scene.RefreshAsync(client, tokens.RefreshToken!, resource: resource);

        Assert.That((await AnswerAsync(client, "openid", resource))["error"], Is.EqualTo("invalid_target"));
        Assert.That((pushed.Status, pushed.Error), Is.EqualTo((HttpStatusCode.BadRequest, "invalid_target")));
        Assert.That((refreshed.Status, refreshed.Error), Is.EqualTo((HttpStatusCode.BadRequest, "invalid_target")));
        Tokens.Tokens.From(await _scene.RefreshAsync(client, tokens.RefreshToken!));
    }

    [Test]
    public async Task Without_a_resource_a_token_is_for_the_issuer_which_may_also_be_named()
    {
        _scene = await TokenScene.StartAsync();
        var client = await _scene.RegisterAsync();
        var tokens = await _scene.ConnectAsync(client);

        Assert.That(Audience(tokens), Is.EqualTo(Issuer));
        Assert.That(Audience(await _scene.ConnectAsync(client, resource: Issuer)), Is.EqualTo(Issuer));
        Assert.That(Audience(Tokens.Tokens.From(await _scene.RefreshAsync(client, tokens.RefreshToken!, resource: Issuer + "/"))), Is.EqualTo(Issuer));
    }

    [Test]
    public async Task A_grant_for_the_issuer_is_not_widened_to_a_resource()
    {
        _scene = await TokenScene.StartAsync();
        var client = await _scene.RegisterAsync();

        var answer = await _scene.ExchangeAsync(client, await _scene.AuthorizeAsync(client), First);

        Assert.That((answer.Status, answer.Error), Is.EqualTo((HttpStatusCode.BadRequest, "invalid_target")));
    }

    [Test]
    public async Task Of_several_resources_each_token_request_names_one()
    {
        _scene = await TokenScene.StartAsync();
        var client = await _scene.RegisterAsync();
        var code = await AuthorizeAsync(client, "openid", First, Second, Second + "/");

        var unnamed = await _scene.ExchangeAsync(client, code);
        var tokens = Tokens.Tokens.From(await _scene.ExchangeAsync(client, code, Second + "/"));
        var silent = await _scene.RefreshAsync(client, tokens.RefreshToken!);
        var refreshed = Tokens.Tokens.From(await _scene.RefreshAsync(client, tokens.RefreshToken!, resource: First));
        var third = await _scene.RefreshAsync(client, refreshed.RefreshToken!, resource: "https://third.example.com/");

        Assert.That(unnamed.Error, Is.EqualTo("invalid_target"));
        Assert.That(Audience(tokens), Is.EqualTo(Second));
        Assert.That(silent.Error, Is.EqualTo("invalid_target"));
        Assert.That(Audience(refreshed), Is.EqualTo(First));
        Assert.That(third.Error, Is.EqualTo("invalid_target"));
    }

    [Test]
    public async Task A_request_names_a_few_resources_and_not_any_number()
    {
        _scene = await TokenScene.StartAsync();
        var client = await _scene.RegisterAsync();
        var resources = Enumerable.Range(0, 9).Select(number => $"https://{number}.example.com/").ToArray();

        Assert.That((await AnswerAsync(client, "openid", resources))["error"], Is.EqualTo("invalid_target"));
        Assert.That(await AnswerAsync(client, "openid", resources[1..]), Does.ContainKey("code"));
    }

    // What the MCP C# SDK does where the metadata of the resource name the root and it calls an address below.
    [Test]
    public async Task An_address_below_the_resource_stands_for_it_when_tokens_are_asked_for()
    {
        _scene = await TokenScene.StartAsync();
        var client = await _scene.RegisterAsync();
        var tokens = await _scene.ConnectAsync(client, resource: Second);

        var refreshed = Tokens.Tokens.From(await _scene.RefreshAsync(client, tokens.RefreshToken!, resource: Second + "/mcp"));

        Assert.That(Audience(refreshed), Is.EqualTo(Second));
    }

    [Test]
    public async Task Configured_resources_are_the_only_ones_and_tokens_have_them_as_configured()
    {
        _scene = await TokenScene.StartAsync(TwoResources);
        var client = await _scene.RegisterAsync();

        Assert.That((await AnswerAsync(client, "openid", "https://other.example.com/"))["error"], Is.EqualTo("invalid_target"));
        Assert.That((await AnswerAsync(client, "openid", First + "/below"))["error"], Is.EqualTo("invalid_target"));
        Assert.That(Audience(await _scene.ConnectAsync(client, resource: "https://SECOND.example.com:443/")), Is.EqualTo(Second));
        Assert.That(Audience(await _scene.ConnectAsync(client)), Is.EqualTo(Issuer), "none of the two is the default");
    }

    [TestCase("--Identity:Resources:1:Default=true", ExpectedResult = Second)]
    [TestCase("--Identity:Resources:0:Default=true", ExpectedResult = First)]
    public async Task<string?> Without_a_resource_a_token_is_for_the_default_one(string argument)
    {
        _scene = await TokenScene.StartAsync([.. TwoResources, argument]);
        return Audience(await _scene.ConnectAsync(await _scene.RegisterAsync()));
    }

    [Test]
    public async Task Without_a_resource_a_token_is_for_the_only_one_that_is_configured()
    {
        _scene = await TokenScene.StartAsync($"--Identity:Resources:0:Uri={First}");
        Assert.That(Audience(await _scene.ConnectAsync(await _scene.RegisterAsync())), Is.EqualTo(First));
    }

    [Test]
    public async Task A_token_has_the_scopes_of_its_resource_and_the_general_ones_alone()
    {
        _scene = await TokenScene.StartAsync(TwoResources);
        var client = await _scene.RegisterAsync();
        const string all = "openid things:read notes:write general";

        var one = await _scene.ConnectAsync(client, all, First);
        var code = await AuthorizeAsync(client, all, First, Second);
        var both = Tokens.Tokens.From(await _scene.ExchangeAsync(client, code, Second));
        var other = Tokens.Tokens.From(await _scene.RefreshAsync(client, both.RefreshToken!, resource: First));

        Assert.That(one.Scope.Split(' '), Is.EquivalentTo(new[] { "openid", "things:read", "general", "offline_access" }));
        Assert.That(both.Scope.Split(' '), Is.EquivalentTo(new[] { "openid", "notes:write", "general", "offline_access" }));
        Assert.That(other.Scope.Split(' '), Is.EquivalentTo(new[] { "openid", "things:read", "general", "offline_access" }));
        Assert.That(Tokens.Tokens.Claims(other.AccessToken).GetProperty("scope").GetString(), Is.EqualTo(other.Scope));
        Assert.That((await AnswerAsync(client, "notes:write", First))["error"], Is.EqualTo("invalid_scope"));
    }

    [Test]
    public async Task The_consent_page_has_the_names_and_descriptions_that_are_configured()
    {
        _scene = await TokenScene.StartAsync(TwoResources);
        var client = await _scene.RegisterAsync();
        using var browser = _scene.OpenBrowser();

        var page = await browser.SignInAsync(
            await browser.GoAsync(Address(client, "things:read general", "v", First.ToUpperInvariant().Replace("/MCP", "/mcp", StringComparison.Ordinal))),
            Scene.UserName, Scene.Password);

        Assert.That(page.Text, Does.Contain("First things").And.Contain(First)
            .And.Contain("Read your things").And.Contain("Do what is the same everywhere").And.Contain("Stay connected"));
    }

    private string Issuer => _scene.Server.Address.GetLeftPart(UriPartial.Authority);

    private static string? Audience(Tokens.Tokens tokens) => Tokens.Tokens.Claims(tokens.AccessToken).GetProperty("aud").GetString();

    private async Task<AuthorizationCode> AuthorizeAsync(TestClient client, string scope, params string[] resources)
    {
        var verifier = new string('v', 43);
        var answer = await AnswerAsync(client, scope, resources);
        Assert.That(answer, Does.ContainKey("code"), string.Join(", ", answer));
        return new AuthorizationCode(answer["code"]!, verifier);
    }

    private async Task<Dictionary<string, string?>> AnswerAsync(TestClient client, string scope, params string[] resources)
    {
        using var browser = _scene.OpenBrowser();
        return Scene.Answer(await browser.AuthorizeAsync(Address(client, scope, new string('v', 43), resources), Scene.UserName, Scene.Password));
    }

    private Uri Address(TestClient client, string scope, string verifier, params string[] resources)
    {
        var address = QueryHelpers.AddQueryString("/connect/authorize", new Dictionary<string, string?>
        {
            ["client_id"] = client.Id,
            ["response_type"] = "code",
            ["redirect_uri"] = ClientScene.RedirectUri,
            ["scope"] = scope,
            ["code_challenge"] = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(verifier))),
            ["code_challenge_method"] = "S256",
        });
        return new(_scene.Server.Address, resources.Aggregate(address, (start, resource) => QueryHelpers.AddQueryString(start, "resource", resource)));
    }
}
