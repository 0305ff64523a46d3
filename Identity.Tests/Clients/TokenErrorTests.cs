using System.Net;
using Identity.Tests.Tokens;
using Microsoft.Extensions.DependencyInjection;
using OpenIddict.Abstractions;

namespace Identity.Tests.Clients;

/// <summary>
/// Clients act on the error they get: some forget who they are and register again on <c>invalid_client</c> and <c>unauthorized_client</c>, and
/// ask their user again on <c>invalid_grant</c>. Each is told for its own fault only.
/// </summary>
public sealed class TokenErrorTests
{
    private TokenScene _scene = null!;
    private TestClient _client = null!;
    private Tokens.Tokens _tokens = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _scene = await TokenScene.StartAsync();
        _client = await _scene.RegisterAsync();
        _tokens = await _scene.ConnectAsync(_client, "openid");
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await _scene.DisposeAsync();

    [TestCase("client_secret_post", "wrong")]
    [TestCase("client_secret_post", null)]
    [TestCase("client_secret_basic", "wrong")]
    public async Task Who_cannot_prove_who_it_is_is_an_invalid_client(string method, string? secret)
    {
        var client = await _scene.RegisterAsync(method) with { Secret = secret };
        var answer = await _scene.RefreshAsync(client, _tokens.RefreshToken!);

        AssertError(answer, HttpStatusCode.Unauthorized, "invalid_client");
        Assert.That(answer.Headers.WwwAuthenticate.Select(challenge => challenge.Scheme), Is.EqualTo(new[] { "Basic" }));
    }

    [Test]
    public async Task What_was_granted_to_nobody_or_to_another_or_no_longer_is_an_invalid_grant()
    {
        var other = await _scene.RegisterAsync();
        var ended = await _scene.ConnectAsync(_client, "openid");
        await _scene.RevokeAsync(_client, ended.RefreshToken!);
        var code = await _scene.AuthorizeAsync(_client);

        foreach (var answer in new[]
        {
            await _scene.RefreshAsync(_client, "nothing"),
            await _scene.RefreshAsync(_client, _tokens.AccessToken),
            await _scene.RefreshAsync(_client, code.Value),
            await _scene.RefreshAsync(_client, ended.RefreshToken!),
            await _scene.RefreshAsync(other, _tokens.RefreshToken!),
            await _scene.ExchangeAsync(_client, new AuthorizationCode("nothing", code.Verifier)),
            await _scene.ExchangeAsync(_client, new AuthorizationCode(_tokens.RefreshToken!, code.Verifier)),
            await _scene.ExchangeAsync(other, code),
            await _scene.ExchangeAsync(_client, code with { Verifier = new string('x', 43) }),
            await PostAsync(_client, ("grant_type", "authorization_code"), ("code", code.Value), ("code_verifier", code.Verifier), ("redirect_uri", "https://client.example/other")),
        })
        {
            AssertError(answer, HttpStatusCode.BadRequest, "invalid_grant");
        }

        // None of which did any harm to what is good.
        Tokens.Tokens.From(await _scene.ExchangeAsync(_client, code));
        Tokens.Tokens.From(await _scene.RefreshAsync(_client, _tokens.RefreshToken!));
    }

    [Test]
    public async Task A_client_is_unauthorized_for_a_grant_type_that_it_is_not_registered_for_however_good_its_token_is()
    {
        var client = await _scene.RegisterAsync();
        var tokens = await _scene.ConnectAsync(client, "openid");

        await ChangeAsync(client, permissions => permissions.Remove(OpenIddictConstants.Permissions.GrantTypes.RefreshToken));
        AssertError(await _scene.RefreshAsync(client, tokens.RefreshToken!), HttpStatusCode.BadRequest, "unauthorized_client");
        AssertError(await _scene.PostAsync("/connect/device", client, new()), HttpStatusCode.BadRequest, "unauthorized_client");

        await ChangeAsync(client, permissions => permissions.Add(OpenIddictConstants.Permissions.GrantTypes.RefreshToken));
        Tokens.Tokens.From(await _scene.RefreshAsync(client, tokens.RefreshToken!));
    }

    [TestCase("invalid_request", null)]
    [TestCase("invalid_request", "refresh_token")]
    [TestCase("invalid_request", "refresh_token", "refresh_token", "")]
    [TestCase("unsupported_grant_type", "password", "username", "alice", "password", "secret")]
    [TestCase("unsupported_grant_type", "client_credentials")]
    [TestCase("unsupported_grant_type", "nonsense")]
    [TestCase("invalid_scope", "refresh_token", "refresh_token", "{token}", "scope", "openid email")]
    [TestCase("invalid_target", "refresh_token", "refresh_token", "{token}", "resource", "https://other.example/")]
    public async Task What_a_client_asks_wrongly_is_neither_its_own_fault_nor_its_grants(string error, string? grantType, params string[] parameters)
    {
        var form = parameters.Chunk(2).Select(pair => (pair[0], (string?)pair[1].Replace("{token}", _tokens.RefreshToken, StringComparison.Ordinal)));
        AssertError(await PostAsync(_client, [("grant_type", grantType), .. form]), HttpStatusCode.BadRequest, error);
    }

    [TestCase("", "openid offline_access")]
    [TestCase(" openid", "openid")]
    [TestCase(" openid  offline_access ", "openid offline_access")]
    public async Task White_space_around_scopes_is_none_of_these(string scope, string granted)
    {
        var tokens = await _scene.ConnectAsync(_client, "openid");
        Assert.That(Tokens.Tokens.From(await _scene.RefreshAsync(_client, tokens.RefreshToken!, scope)).Scope.Split(' '), Is.EquivalentTo(granted.Split(' ')));
    }

    private async Task ChangeAsync(TestClient client, Action<HashSet<string>> change)
    {
        await using var scope = _scene.Server.Services.CreateAsyncScope();
        var applications = scope.ServiceProvider.GetRequiredService<IOpenIddictApplicationManager>();
        var application = (await applications.FindByClientIdAsync(client.Id))!;
        var descriptor = new OpenIddictApplicationDescriptor();
        await applications.PopulateAsync(descriptor, application);
        change(descriptor.Permissions);
        await applications.UpdateAsync(application, descriptor);
    }

    private Task<Answer> PostAsync(TestClient client, params (string Name, string? Value)[] form)
        => _scene.PostAsync("/connect/token", client, form.ToDictionary(parameter => parameter.Name, parameter => parameter.Value));

    private static void AssertError(Answer answer, HttpStatusCode status, string error)
        => Assert.That((answer.Status, answer.Error), Is.EqualTo((status, error)), answer.Json.ToString());
}
