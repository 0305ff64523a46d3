using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Web;
using Identity.Server.Accounts.TwoFactor;
using Identity.Tests.Accounts.TwoFactor;
using Identity.Tests.Infrastructure;
using Identity.Tests.Tokens;
using IssuedTokens = Identity.Tests.Tokens.Tokens;

namespace Identity.Tests.EndToEnd;

/// <summary>Everything in which a secret takes part, done right and done wrong, and every secret that came up.</summary>
internal sealed class SecretStory(ProcessScene scene, ResponseRecorder recorder)
{
    private const string WrongPassword = "quiet river+lamp?&<5>";

    private readonly HashSet<string> _known = [];
    private TestClient _public = null!;
    private TestClient _confidential = null!;
    private IssuedTokens _tokens = null!;
    private AuthorizationCode _code = null!;

    public Secrets Secrets { get; } = new();

    /// <summary>From the first account to codes and tokens that were used, misused and ended.</summary>
    public async Task TellAsync()
    {
        await CreateAccountAsync();
        _public = await RegisterAsync("none");
        _confidential = await RegisterAsync("client_secret_basic");
        var posting = await RegisterAsync("client_secret_post");
        await MistypeAsync();

        var spent = await ConnectAsync(_public);
        var next = Note(await scene.RefreshAsync(_public, spent.RefreshToken!));
        var again = Note(await scene.RefreshAsync(_public, spent.RefreshToken!));
        Assert.That(again.RefreshToken, Is.EqualTo(next.RefreshToken));
        Note(await scene.RefreshAsync(_public, next.RefreshToken!));
        Assert.That((await scene.RefreshAsync(_public, spent.RefreshToken!)).Error, Is.EqualTo("invalid_grant"));

        _tokens = await ConnectAsync(_confidential);
        Assert.That((await scene.UserInfoAsync(_tokens.AccessToken)).Status, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(await scene.IsActiveAsync(_confidential, _tokens.AccessToken));
        Assert.That(await scene.IsActiveAsync(_confidential, _tokens.RefreshToken!));

        var revoked = await ConnectAsync(posting);
        await ForgeAsync(posting, revoked);
        Assert.That((await scene.RevokeAsync(posting, revoked.RefreshToken!)).Status, Is.EqualTo(HttpStatusCode.OK));
        Assert.That((await scene.UserInfoAsync(revoked.AccessToken)).Status, Is.EqualTo(HttpStatusCode.Unauthorized));

        await PushAsync();
        _code = await AuthorizeAsync(_public);
        await AddSecondStepAsync();
        foreach (var secret in new[] { _confidential.Secret!, _tokens.AccessToken })
        {
            await MisplaceAsync(secret);
        }
    }

    /// <summary>After a kill: what came before it, presented again.</summary>
    public async Task GoOnAsync()
    {
        Assert.That((await scene.ExchangeAsync(_public, _code)).Error, Is.EqualTo("invalid_grant"));
        Assert.That((await scene.UserInfoAsync(_tokens.AccessToken)).Status, Is.EqualTo(HttpStatusCode.Unauthorized));
        _tokens = Note(await scene.RefreshAsync(_confidential, _tokens.RefreshToken!));
        Assert.That(await scene.IsActiveAsync(_confidential, _tokens.AccessToken));
        foreach (var secret in new[] { _tokens.RefreshToken!, Scene.Password, WrongPassword })
        {
            await MisplaceAsync(secret);
        }
    }

    private async Task CreateAccountAsync()
    {
        var setup = await scene.ReadSetupAddressAsync();
        Secrets.Add("the first account's link", HttpUtility.ParseQueryString(setup.Query)["token"]!, "console of the killed server: There is", "GET /account/setup 200 body", "POST /account/setup 400 body");
        Secrets.Add("the password", Scene.Password);
        Secrets.Add("a wrong password", WrongPassword);
        using var browser = scene.OpenBrowser();
        var page = await browser.GoAsync(setup);
        await browser.SubmitAsync(page, [new("UserName", Scene.UserName), new("Password", Scene.Password), new("Confirmation", WrongPassword)]);
        await scene.CreateFirstAccountAsync(browser);
        NoteCookies(browser);
    }

    private async Task MistypeAsync()
    {
        using var browser = scene.OpenBrowser();
        var page = await browser.GoAsync("/account/sign-in");
        Assert.That((await browser.SignInAsync(page, Scene.UserName, WrongPassword)).Status, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That((await browser.SignInAsync(page, "nobody", Scene.Password)).Status, Is.EqualTo(HttpStatusCode.BadRequest));
        await browser.PostAsync(new("/account/sign-in", UriKind.Relative), [new("UserName", Scene.UserName), new("Password", Scene.Password)]);
        await browser.SignInAsync(await browser.GoAsync("/account/sign-in"), Scene.UserName, Scene.Password);
        NoteCookies(browser);
    }

    /// <summary>Last, since from then on each sign-in takes a code.</summary>
    private async Task AddSecondStepAsync()
    {
        using var browser = scene.OpenBrowser();
        await browser.SignInAsync(await browser.GoAsync("/account/sign-in"), Scene.UserName, Scene.Password);
        var page = await browser.GoAsync("/account/authenticator");
        var key = TwoFactorScene.ReadKey(page);
        page = await browser.SubmitAsync(page, [new("code", "000000"), new("decision", "confirm")]);
        page = await browser.SubmitAsync(page, [new("code", Totp.Compute(key, TimeProvider.System.GetUtcNow())), new("decision", "confirm")]);
        var codes = TwoFactorScene.ReadCodes(page);
        Assert.That(codes, Has.Count.EqualTo(SecondFactor.RecoveryCodeCount));

        // The page shows the key in groups of four, so that in one piece it is nowhere.
        Secrets.Add("the key of an authenticator", key);
        foreach (var code in codes)
        {
            Secrets.Add("a recovery code", code, "POST /account/authenticator 200 body");
        }

        NoteCookies(browser);
        await browser.SignInAsync(await browser.GoAsync("/account/sign-in"), Scene.UserName, Scene.Password);
        page = await browser.GoAsync("/account/sign-in/recovery-code");
        page = await browser.SubmitAsync(page, [new("code", "23456-BCDFG")]);
        page = await browser.SubmitAsync(page, [new("code", codes[0])]);
        Assert.That(page.Text, Does.Contain($"signed in as {Scene.UserName}"));
        NoteCookies(browser);
    }

    private async Task<TestClient> RegisterAsync(string method)
    {
        var client = await scene.RegisterAsync(method);
        if (client.Secret is { } secret)
        {
            Secrets.Add($"the secret of the {method} client", secret, "POST /connect/register 201 body");
        }

        if (client.ManagementToken is { } token)
        {
            Secrets.Add($"the registration access token of the {method} client", token, "POST /connect/register 201 body");
        }

        return client;
    }

    private async Task<AuthorizationCode> AuthorizeAsync(TestClient client)
    {
        var code = await scene.AuthorizeAsync(client);
        Secrets.Add("a code", code.Value, "POST /connect/authorize 303 Location", "GET /connect/authorize 302 Location");
        Secrets.Add("a code verifier", code.Verifier);
        return code;
    }

    private async Task<IssuedTokens> ConnectAsync(TestClient client)
    {
        var code = await AuthorizeAsync(client);
        Assert.That((await scene.ExchangeAsync(client, code with { Verifier = new string('v', 43) })).Error, Is.EqualTo("invalid_grant"));
        return Note(await scene.ExchangeAsync(client, code));
    }

    private IssuedTokens Note(Answer answer)
    {
        const string Delivery = "POST /connect/token 200 body";
        var tokens = IssuedTokens.From(answer);
        foreach (var (name, value) in new[] { ("an access token", tokens.AccessToken), ("a refresh token", tokens.RefreshToken), ("an ID token", tokens.IdToken) })
        {
            if (value is not null && _known.Add(value))
            {
                Secrets.Add(name, value, Delivery);
            }
        }

        return tokens;
    }

    private void NoteCookies(HttpBrowser browser)
    {
        foreach (Cookie cookie in browser.Cookies.GetAllCookies())
        {
            if (cookie.Name is "identity" && _known.Add(cookie.Value))
            {
                Secrets.Add("a session cookie", cookie.Value, "POST /account/setup 303 Set-Cookie", "POST /account/sign-in 303 Set-Cookie",
                    "POST /account/authenticator 200 Set-Cookie", "POST /account/sign-in/recovery-code 303 Set-Cookie");
            }
        }
    }

    /// <summary>Wrong secrets, wrong clients, codes and tokens that were used before.</summary>
    private async Task ForgeAsync(TestClient client, IssuedTokens tokens)
    {
        foreach (var wrong in new[] { client with { Secret = _confidential.Secret }, client with { Method = "client_secret_basic", Secret = client.Secret + "x" }, client with { Id = client.Secret! }, _public })
        {
            Assert.That((await scene.RefreshAsync(wrong, tokens.RefreshToken!)).Error, Is.Not.Null);
            await scene.IntrospectAsync(wrong, tokens.AccessToken);
            await scene.RevokeAsync(wrong, tokens.RefreshToken!);
        }

        var code = await AuthorizeAsync(client);
        Note(await scene.ExchangeAsync(client, code));
        Assert.That((await scene.ExchangeAsync(client, code)).Error, Is.EqualTo("invalid_grant"));
    }

    private async Task PushAsync() => await scene.PostAsync("/connect/par", _confidential, new()
    {
        ["response_type"] = "code",
        ["redirect_uri"] = ClientScene.RedirectUri,
        ["code_challenge"] = new string('c', 43),
        ["code_challenge_method"] = "S256",
        ["scope"] = "openid",
    });

    /// <summary>Puts a secret in all the places where none belongs.</summary>
    private async Task MisplaceAsync(string secret)
    {
        foreach (var request in MisplacedRequests(secret))
        {
            await scene.SendRawAsync(request);
        }

        foreach (var text in BrokenRequests(secret))
        {
            await SendBytesAsync(text);
        }
    }

    private static IEnumerable<HttpRequestMessage> MisplacedRequests(string secret)
    {
        var escaped = Uri.EscapeDataString(secret);
        foreach (var path in new[] { "/connect/token", "/connect/authorize", "/connect/introspect", "/connect/revoke", "/connect/par", "/connect/userinfo", "/connect/logout", "/connect/register", "/account/setup", "/" })
        {
            yield return new(HttpMethod.Get, $"{path}?client_secret={escaped}&token={escaped}&access_token={escaped}&id_token_hint={escaped}&{escaped}=1&anything={escaped}");
        }

        yield return new(HttpMethod.Get, $"/connect/authorize?client_id={escaped}&response_type=code&redirect_uri={Uri.EscapeDataString($"https://client.example/{secret}")}");
        yield return new(HttpMethod.Get, $"/connect/authorize?request_uri={escaped}&client_id={escaped}");
        yield return new(HttpMethod.Get, $"/account/sign-in?Password={escaped}");
        yield return new(HttpMethod.Get, $"/{escaped}");
        yield return new(HttpMethod.Get, $"/connect/{escaped}/{escaped}");
        yield return new(HttpMethod.Get, "/connect/userinfo") { Headers = { { "Authorization", $"Bearer {secret}.{secret}.{secret}" } } };
        foreach (var header in new[] { "X-Anything", "User-Agent", "Referer", "Origin", "Cookie", "Accept-Language", "X-Forwarded-For", "X-Forwarded-Host", "traceparent", "Host" })
        {
            var request = new HttpRequestMessage(HttpMethod.Get, "/account/sign-in");
            request.Headers.TryAddWithoutValidation(header, header is "Cookie" ? $"identity={secret}; {secret}=1" : secret);
            yield return request;
        }

        foreach (var authorization in new[] { $"Basic {secret}", $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes(secret))}", $"Bearer {secret}", $"{secret} {secret}" })
        {
            var request = Form("grant_type=refresh_token&refresh_token=" + escaped);
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
            yield return request;
        }

        yield return Form($"grant_type={escaped}&scope={escaped}&resource={escaped}&client_id={escaped}&{escaped}={escaped}");
        yield return Form($"grant_type=refresh_token&refresh_token={escaped}&refresh_token={escaped}&client_id=%00{escaped}");
        yield return Form($"grant_type=authorization_code&code={escaped}%00&code_verifier=%ff{escaped}&client_assertion={escaped}&client_assertion_type={escaped}");
        yield return Form(string.Join('&', Enumerable.Range(0, 1_030).Select(number => $"p{number}={(number is 0 ? escaped : "")}")));
        yield return Form($"{escaped}{new string('n', 3_000)}=1");
        foreach (var json in new[]
        {
            $$"""{"redirect_uris":["{{secret}}"],"client_secret":"{{secret}}"}""",
            $$"""{"redirect_uris":["https://client.example/"],"token_endpoint_auth_method":"{{secret}}","software_statement":"{{secret}}"}""",
            $$"""{"redirect_uris":"{{secret}}","{{secret}}":1}""",
            $$"""{"redirect_uris":["https://client.example/"],"{{secret}}": {{secret}} """,
        })
        {
            yield return new(HttpMethod.Post, "/connect/register") { Content = new StringContent(json, Encoding.UTF8, "application/json") };
            yield return new(HttpMethod.Post, "/connect/token") { Content = new StringContent(json, Encoding.UTF8, "application/json") };
        }
    }

    private static HttpRequestMessage Form(string content)
        => new(HttpMethod.Post, "/connect/token") { Content = new StringContent(content, Encoding.UTF8, "application/x-www-form-urlencoded") };

    /// <summary>What is no HTTP, and so never reaches the program.</summary>
    private static IEnumerable<string> BrokenRequests(string secret) =>
    [
        $"GET /connect/authorize?code={secret}\0 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        $"GET /?{secret} {secret} HTTP/9.9\r\n\r\n",
        $"{secret}\r\n\r\n",
        $"GET / HTTP/1.1\r\nHost: {secret}/{secret}\r\n\r\n",
        $"GET / HTTP/1.1\r\nHost: localhost\r\nAuthorization {secret}\r\n\r\n",
        $"POST /connect/token HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n{secret}\r\n",
        $"POST /connect/token HTTP/1.1\r\nHost: localhost\r\nContent-Length: {secret}\r\n\r\n",
    ];

    private async Task SendBytesAsync(string request)
    {
        using var connection = new TcpClient();
        await connection.ConnectAsync(scene.Server.Address.Host, scene.Server.Address.Port);
        await using var stream = connection.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(request));
        connection.Client.Shutdown(SocketShutdown.Send);
        using var answer = new MemoryStream();
        await stream.CopyToAsync(answer);
        recorder.Note("an answer to what is no request", answer.ToArray());
    }
}
