using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Identity.Tests.Infrastructure;

namespace Identity.Tests.Hosting;

/// <summary>What every request meets before it reaches a feature, against the whole server.</summary>
public sealed class RequestTests
{
    private const string Endpoint = "/connect/token";

    private TestServer _server = null!;
    private HttpClient _client = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _server = await TestServer.StartAsync();
        _client = _server.CreateClient();
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
    }

    private static IEnumerable<TestCaseData> UnreadableForms()
    {
        yield return new TestCaseData(string.Join('&', Enumerable.Range(0, 1_025).Select(number => $"p{number}=1"))).SetArgDisplayNames("more than 1,024 parameters");
        yield return new TestCaseData(new string('n', 10_000) + "=1").SetArgDisplayNames("a long name");
        yield return new TestCaseData("grant_type=a%00b").SetArgDisplayNames("an escaped NUL");
        yield return new TestCaseData("grant_type=%FF%FE&a=%").SetArgDisplayNames("bytes that are no text");
        yield return new TestCaseData("=&&=%&%%%&&=").SetArgDisplayNames("nothing but separators");
    }

    [TestCaseSource(nameof(UnreadableForms))]
    public async Task A_form_that_cannot_be_read_is_a_bad_request(string form)
    {
        using var content = new StringContent(form, Encoding.ASCII, "application/x-www-form-urlencoded");
        using var response = await _client.PostAsync(Endpoint, content);
        await AssertJsonErrorAsync(response, HttpStatusCode.BadRequest);
    }

    [Test]
    public async Task A_multipart_form_without_boundary_is_a_bad_request()
    {
        using var content = new StringContent("nothing");
        content.Headers.ContentType = new("multipart/form-data");
        using var response = await _client.PostAsync(Endpoint, content);
        await AssertJsonErrorAsync(response, HttpStatusCode.BadRequest);
    }

    [TestCase("/connect/token", 70_000)]
    [TestCase("/connect/revoke", 70_000)]
    [TestCase("/connect/introspect", 70_000)]
    [TestCase("/connect/par", 70_000)]
    [TestCase("/connect/token", 5_000_000)]
    [TestCase("/connect/authorize", 5_000_000)]
    public async Task A_form_beyond_64_KiB_is_a_bad_request(string path, int size)
    {
        using var content = new StringContent("a=" + new string('b', size), Encoding.ASCII, "application/x-www-form-urlencoded");
        using var response = await _client.PostAsync(path, content);
        await AssertJsonErrorAsync(response, HttpStatusCode.BadRequest);
    }

    [TestCase("GET", "/account/sign-in", "a[=1", HttpStatusCode.OK)]
    [TestCase("GET", "/account/setup", "acr_valu%5B", HttpStatusCode.NotFound)]
    [TestCase("POST", "/account/sign-in", "a[=1", HttpStatusCode.BadRequest)]
    public async Task A_field_whose_name_opens_a_bracket_is_one_that_nobody_reads(string method, string path, string field, HttpStatusCode expected)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), $"{path}?{field}");
        request.Content = new StringContent(field, Encoding.ASCII, "application/x-www-form-urlencoded");
        using var response = await _client.SendAsync(request);
        Assert.That(response.StatusCode, Is.EqualTo(expected));
    }

    [TestCase("/account/sign-in")]
    public async Task A_page_answers_an_unreadable_form_without_a_server_error(string path)
    {
        using var content = new StringContent(new string('n', 10_000) + "=1", Encoding.ASCII, "application/x-www-form-urlencoded");
        using var response = await _client.PostAsync(path, content);
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
    }

    [TestCase("GET", "/.well-known/openid-configuration/", 200)]
    [TestCase("GET", "/.well-known/oauth-authorization-server/", 200)]
    [TestCase("GET", "/.well-known/jwks/", 200)]
    [TestCase("POST", "/connect/token/", 400)]
    [TestCase("POST", "/connect/par/", 400)]
    [TestCase("POST", "/connect/revoke/", 400)]
    [TestCase("POST", "/connect/introspect/", 400)]
    [TestCase("POST", "/connect/device/", 400)]
    [TestCase("POST", "/connect/register/", 400)]
    [TestCase("GET", "/connect/authorize/", 400)]
    [TestCase("GET", "/connect/logout/", 302)]
    [TestCase("GET", "/device/", 302)]
    [TestCase("GET", "/connect/userinfo/", 401)]
    [TestCase("GET", "/account/sign-in/", 200)]
    [TestCase("GET", "/health/live/", 200)]
    public async Task An_endpoint_answers_with_a_trailing_slash_as_it_does_without(string method, string path, int expected)
    {
        using var with = await _client.SendAsync(new HttpRequestMessage(new(method), path));
        using var without = await _client.SendAsync(new HttpRequestMessage(new(method), path.TrimEnd('/')));
        Assert.That((int)with.StatusCode, Is.EqualTo((int)without.StatusCode).And.EqualTo(expected));
    }

    [TestCase("GET", "/connect/userinfo")]
    [TestCase("POST", "/connect/token")]
    [TestCase("POST", "/connect/revoke")]
    [TestCase("POST", "/connect/introspect")]
    [TestCase("POST", "/connect/par")]
    [TestCase("POST", "/connect/device")]
    [TestCase("POST", "/connect/register")]
    [TestCase("GET", "/connect/nothing")]
    public async Task What_programs_are_told_is_JSON_that_no_cache_keeps(string method, string path)
    {
        using var response = await _client.SendAsync(new HttpRequestMessage(new(method), path));
        await AssertJsonErrorAsync(response, response.StatusCode);
        Assert.That((int)response.StatusCode, Is.InRange(400, 499));
        Assert.That(response.Headers.CacheControl?.NoStore, Is.True);
    }

    [TestCase(null)]
    [TestCase("of-another-server")]
    public async Task Who_has_no_valid_access_token_is_told_that_it_takes_one(string? token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/connect/userinfo") { Headers = { Authorization = token is null ? null : new("Bearer", token) } };
        using var response = await _client.SendAsync(request);
        await AssertJsonErrorAsync(response, HttpStatusCode.Unauthorized);
        Assert.That(await response.Content.ReadAsStringAsync(), Does.Contain("\"invalid_token\"").And.Contain("access token"));
        Assert.That(response.Headers.WwwAuthenticate.Single().Scheme, Is.EqualTo("Bearer"));
    }

    [TestCase("localhost", ExpectedResult = 200)]
    [TestCase("LOCALHOST:80", ExpectedResult = 200)]
    [TestCase("127.0.0.1:1", ExpectedResult = 200)]
    [TestCase("[::1]:5080", ExpectedResult = 200)]
    [TestCase("rebound.example.com", ExpectedResult = 400)]
    [TestCase("localhost.example.com", ExpectedResult = 400)]
    [TestCase("127.0.0.2", ExpectedResult = 400)]
    [TestCase("0.0.0.0", ExpectedResult = 400)]
    public async Task<int> Without_an_issuer_only_loopback_names_are_answered(string host)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/.well-known/openid-configuration");
        request.Headers.Host = host;
        using var response = await _client.SendAsync(request);
        return (int)response.StatusCode;
    }

    [Test]
    public async Task Forwarded_headers_of_strangers_do_not_count()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/.well-known/openid-configuration");
        request.Headers.Add("X-Forwarded-Host", "id.example.com");
        request.Headers.Add("X-Forwarded-Proto", "https");
        using var response = await _client.SendAsync(request);
        var metadata = await response.Content.ReadFromJsonAsync<JsonElement>();
        Assert.That(metadata.GetProperty("issuer").GetString(), Is.EqualTo(_server.Address.GetLeftPart(UriPartial.Authority)));
    }

    [Test]
    public async Task A_request_without_host_is_a_bad_request()
    {
        using var connection = new TcpClient();
        await connection.ConnectAsync(IPAddress.Loopback, _server.Address.Port);
        await using var stream = connection.GetStream();
        await stream.WriteAsync("GET /.well-known/openid-configuration HTTP/1.0\r\n\r\n"u8.ToArray());
        using var reader = new StreamReader(stream);
        Assert.That(await reader.ReadLineAsync(), Does.Contain(" 400 "));
    }

    [TestCase("GET", "/connect/nothing", 404)]
    [TestCase("GET", "/connect/register", 405)]
    [TestCase("DELETE", "/connect/token", 400)]
    [TestCase("GET", "/connect/revoke", 400)]
    [TestCase("GET", "/connect/par", 400)]
    [TestCase("POST", "/.well-known/nothing", 404)]
    public async Task What_programs_ask_for_is_answered_in_JSON_even_if_there_is_no_such_thing(string method, string path, int expected)
    {
        using var response = await _client.SendAsync(new HttpRequestMessage(new(method), path));
        await AssertJsonErrorAsync(response, (HttpStatusCode)expected);
    }

    [TestCase("GET")]
    [TestCase("POST")]
    public async Task A_person_gets_a_page_where_there_is_nothing(string method)
    {
        using var response = await _client.SendAsync(new HttpRequestMessage(new(method), "/nothing"));
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That(response.Content.Headers.ContentType?.MediaType, Is.EqualTo("text/html"));
        Assert.That(await response.Content.ReadAsStringAsync(), Does.Contain("There is nothing at this address"));
    }

    [TestCase("/.well-known/openid-configuration", "GET", true)]
    [TestCase("/.well-known/oauth-authorization-server", "GET", true)]
    [TestCase("/.well-known/jwks", "GET", true)]
    [TestCase("/connect/register", "POST", true)]
    [TestCase("/connect/token", "POST", true)]
    [TestCase("/connect/token/", "POST", true)]
    [TestCase("/connect/revoke", "POST", true)]
    [TestCase("/connect/userinfo", "GET", true)]
    [TestCase("/connect/device", "POST", true)]
    [TestCase("/connect/authorize", "GET", false)]
    [TestCase("/connect/introspect", "POST", false)]
    [TestCase("/account/sign-in", "GET", false)]
    public async Task Scripts_of_other_origins_may_read_what_carries_no_cookie(string path, string method, bool isShared)
    {
        using var preflight = new HttpRequestMessage(HttpMethod.Options, path);
        preflight.Headers.Add("Origin", "https://inspector.example.com");
        preflight.Headers.Add("Access-Control-Request-Method", method);
        preflight.Headers.Add("Access-Control-Request-Headers", "authorization,content-type,mcp-protocol-version");
        using var allowed = await _client.SendAsync(preflight);
        Assert.That(allowed.Headers.Contains("Access-Control-Allow-Origin"), Is.EqualTo(isShared));

        using var request = new HttpRequestMessage(new(method), path);
        request.Headers.Add("Origin", "https://inspector.example.com");
        using var response = await _client.SendAsync(request);
        Assert.That(response.Headers.TryGetValues("Access-Control-Allow-Origin", out var origins) ? origins.Single() : null, Is.EqualTo(isShared ? "*" : null));
        Assert.That(response.Headers.Contains("Access-Control-Allow-Credentials"), Is.False);
    }

    private static async Task AssertJsonErrorAsync(HttpResponseMessage response, HttpStatusCode expected)
    {
        var body = await response.Content.ReadAsStringAsync();
        Assert.That(response.StatusCode, Is.EqualTo(expected), body);
        Assert.That(response.Content.Headers.ContentType?.MediaType, Is.EqualTo("application/json"));
        Assert.That(JsonDocument.Parse(body).RootElement.GetProperty("error").GetString(), Is.Not.Empty);
        Assert.That(body, Does.Not.Contain("   at ").And.Not.Contain("Exception"));
    }
}
