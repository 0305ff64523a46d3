using System.Net;
using System.Text.Json;
using Identity.Tests.Infrastructure;
using Identity.Tests.Tokens;
using IssuedTokens = Identity.Tests.Tokens.Tokens;

namespace Identity.Tests.EndToEnd;

/// <summary>What somebody does who has just found the server: from an empty directory to a client that works, and again after a restart.</summary>
internal sealed class NewcomerTests
{
    // Nobody else can read it while the server runs; it is empty.
    private const string LockFile = ".lock";

    [Test]
    public async Task From_an_empty_directory_to_tokens_that_are_used_looked_at_refreshed_and_revoked()
    {
        await using var scene = await ProcessScene.StartEmptyAsync();
        using var browser = scene.OpenBrowser();
        var page = await scene.CreateFirstAccountAsync(browser);
        Assert.That(page.Text, Does.Match("signed in as alice ?, an administrator"));
        Assert.That((await browser.GoAsync(await scene.ReadSetupAddressAsync())).Status, Is.EqualTo(HttpStatusCode.NotFound));

        var metadata = await DiscoverAsync(scene);
        Assert.That(metadata.GetProperty("issuer").GetString(), Is.EqualTo(scene.Server.Address.GetLeftPart(UriPartial.Authority)));
        Assert.That(metadata.GetProperty("registration_endpoint").GetString(), Does.EndWith("/connect/register"));

        var client = await scene.RegisterAsync("client_secret_basic");
        var tokens = await scene.ConnectAsync(client);
        var userInfo = await scene.UserInfoAsync(tokens.AccessToken);
        Assert.That(userInfo.Status, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(userInfo.Json.GetProperty("name").GetString(), Is.EqualTo(Scene.UserName));
        Assert.That(userInfo.Json.GetProperty("email").GetString(), Is.EqualTo("alice@example.com"));
        var introspection = await scene.IntrospectAsync(client, tokens.AccessToken);
        Assert.That(introspection.Json.GetProperty("active").GetBoolean());
        Assert.That(introspection.Json.GetProperty("client_id").GetString(), Is.EqualTo(client.Id));
        Assert.That(introspection.Json.GetProperty("sub").GetString(), Is.EqualTo(userInfo.Json.GetProperty("sub").GetString()));

        var refreshed = IssuedTokens.From(await scene.RefreshAsync(client, tokens.RefreshToken!));
        Assert.That(await scene.IsActiveAsync(client, refreshed.AccessToken));

        Assert.That((await scene.RevokeAsync(client, refreshed.RefreshToken!)).Status, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(await scene.IsActiveAsync(client, refreshed.AccessToken), Is.False);
        Assert.That((await scene.UserInfoAsync(refreshed.AccessToken)).Status, Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That((await scene.RefreshAsync(client, refreshed.RefreshToken!)).Error, Is.EqualTo("invalid_grant"));
    }

    [Test]
    public async Task After_a_restart_clients_and_refresh_tokens_work_and_codes_and_access_tokens_do_not()
    {
        await using var scene = await ProcessScene.StartAsync();
        var @public = await scene.RegisterAsync();
        var confidential = await scene.RegisterAsync("client_secret_post");
        var publicTokens = await scene.ConnectAsync(@public);
        var confidentialTokens = await scene.ConnectAsync(confidential);
        var code = await scene.AuthorizeAsync(@public);
        Assert.That(await scene.IsActiveAsync(confidential, confidentialTokens.AccessToken));

        await scene.RestartAsync();

        var late = await scene.ExchangeAsync(@public, code);
        Assert.That((late.Status, late.Error), Is.EqualTo((HttpStatusCode.BadRequest, "invalid_grant")));
        Assert.That(await scene.IsActiveAsync(confidential, confidentialTokens.AccessToken), Is.False);
        foreach (var accessToken in new[] { publicTokens.AccessToken, confidentialTokens.AccessToken })
        {
            var refused = await scene.UserInfoAsync(accessToken);
            Assert.That(refused.Status, Is.EqualTo(HttpStatusCode.Unauthorized));
            Assert.That(refused.Headers.WwwAuthenticate.ToString(), Does.Contain("invalid_token"));
        }

        var refreshed = IssuedTokens.From(await scene.RefreshAsync(confidential, confidentialTokens.RefreshToken!));
        Assert.That(await scene.IsActiveAsync(confidential, refreshed.AccessToken));
        Assert.That(refreshed.AuthorizationId, Is.EqualTo(confidentialTokens.AuthorizationId));
        refreshed = IssuedTokens.From(await scene.RefreshAsync(@public, publicTokens.RefreshToken!));
        Assert.That((await scene.UserInfoAsync(refreshed.AccessToken)).Status, Is.EqualTo(HttpStatusCode.OK));

        // The client and the account serve for a new connection, too.
        Assert.That((await scene.ConnectAsync(@public)).RefreshToken, Is.Not.Null);
        Assert.That(scene.Server.Output, Does.Not.Contain("/account/setup"));
    }

    [Test]
    public async Task What_is_on_disk_is_private_whole_after_a_clean_stop_and_without_a_secret()
    {
        await using var scene = await ProcessScene.StartAsync();
        var setup = await scene.ReadSetupAddressAsync();
        var @public = await scene.RegisterAsync();
        var confidential = await scene.RegisterAsync("client_secret_basic");
        var first = await scene.ConnectAsync(@public);
        var second = IssuedTokens.From(await scene.RefreshAsync(@public, first.RefreshToken!));
        var other = await scene.ConnectAsync(confidential);
        var code = await scene.AuthorizeAsync(@public);
        Dictionary<string, string> secrets = new()
        {
            ["the password"] = Scene.Password,
            ["the first account's token"] = setup.Query.Split('=')[1],
            ["the client secret"] = confidential.Secret!,
            ["the code"] = code.Value,
            ["the code verifier"] = code.Verifier,
            ["the redeemed refresh token"] = first.RefreshToken!,
            ["the refresh token"] = second.RefreshToken!,
            ["the other refresh token"] = other.RefreshToken!,
            ["the first access token"] = first.AccessToken,
            ["the second access token"] = second.AccessToken,
            ["the identity token"] = first.IdToken!,
        };

        Assert.That(scene.ListFiles(), Has.Some.StartsWith("journal-"));
        AssertPrivate(scene);
        AssertWithoutSecrets(scene, secrets);
        Assert.That(await scene.Server.StopAsync(), Is.Zero);

        Assert.That(scene.ListFiles(), Has.None.StartsWith("journal-"));
        Assert.That(scene.ReadFile(LockFile), Is.Empty);
        AssertPrivate(scene);
        AssertWithoutSecrets(scene, secrets);
        Assert.That(ReadEntries(scene, "clients.json").Select(entry => entry.GetProperty("client_id").GetString()), Is.EquivalentTo(new[] { @public.Id, confidential.Id }));
        Assert.That(
            ReadEntries(scene, "refresh_tokens.json").Select(entry => (entry.GetProperty("authorization_id").GetString(), entry.GetProperty("status").GetString())),
            Is.EquivalentTo(new[] { (first.AuthorizationId, "redeemed"), (first.AuthorizationId, "valid"), (other.AuthorizationId, "valid") }));
        Assert.That(
            ReadEntries(scene, "authorizations.json").Select(entry => entry.GetProperty("id").GetString()),
            Is.SupersetOf(new[] { first.AuthorizationId, other.AuthorizationId }));
        Assert.That(ReadEntries(scene, "users.json").Single().GetProperty("user_name").GetString(), Is.EqualTo(Scene.UserName));
    }

    [Test]
    public async Task Accounts_are_added_by_a_command_while_the_server_is_stopped_and_not_while_it_runs()
    {
        await using var scene = await ProcessScene.StartEmptyAsync();
        string[] addAlice = ["users", "add", Scene.UserName, "--password-stdin"];

        var (exitCode, _, errors) = await scene.Server.RunCommandAsync(addAlice, Scene.Password + "\n");
        Assert.That(exitCode, Is.Not.Zero);
        Assert.That(errors, Does.Contain("in use by process"));

        Assert.That(await scene.Server.StopAsync(), Is.Zero);
        (exitCode, var output, errors) = await scene.Server.RunCommandAsync(addAlice, Scene.Password + "\n");
        Assert.That((exitCode, errors), Is.EqualTo((0, "")), output);
        await scene.Server.StartAgainAsync();

        Assert.That((await scene.ConnectAsync(await scene.RegisterAsync())).RefreshToken, Is.Not.Null);
        Assert.That(scene.Server.Output, Does.Not.Contain("/account/setup"));
    }

    private static async Task<JsonElement> DiscoverAsync(ProcessScene scene)
    {
        var documents = new List<JsonElement>();
        foreach (var path in new[] { "/.well-known/openid-configuration", "/.well-known/oauth-authorization-server" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            documents.Add((await scene.SendAsync(request)).Json);
        }

        Assert.That(documents[1].ToString(), Is.EqualTo(documents[0].ToString()));
        return documents[0];
    }

    private static void AssertPrivate(ProcessScene scene)
    {
        const UnixFileMode File = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        foreach (var directory in Directory.EnumerateDirectories(scene.Server.StorageDirectory, "*", SearchOption.AllDirectories).Prepend(scene.Server.StorageDirectory))
        {
            Assert.That(new DirectoryInfo(directory).UnixFileMode, Is.EqualTo(File | UnixFileMode.UserExecute), directory);
        }

        foreach (var name in scene.ListFiles())
        {
            Assert.That(new FileInfo(Path.Combine(scene.Server.StorageDirectory, name)).UnixFileMode, Is.EqualTo(File), name);
        }
    }

    private static void AssertWithoutSecrets(ProcessScene scene, Dictionary<string, string> secrets)
    {
        var places = scene.ListFiles().Except([LockFile]).ToDictionary(name => name, scene.ReadFile);
        // The console shows the address for the first account, and nothing else.
        places["the console"] = scene.Server.Output.Replace(secrets["the first account's token"], "", StringComparison.Ordinal) + scene.Server.Errors;
        foreach (var (place, content) in places)
        {
            foreach (var (secret, value) in secrets)
            {
                Assert.That(content.Contains(value, StringComparison.Ordinal), Is.False, $"{place} holds {secret}");
            }
        }
    }

    private static IReadOnlyList<JsonElement> ReadEntries(ProcessScene scene, string name)
    {
        using var document = JsonDocument.Parse(scene.ReadFile(name));
        return [.. document.RootElement.GetProperty("entries").EnumerateArray().Select(entry => entry.Clone())];
    }
}
