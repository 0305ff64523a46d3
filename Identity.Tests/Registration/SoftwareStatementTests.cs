using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Identity.Tests.Infrastructure;
using Identity.Tests.Tokens;
using Microsoft.Extensions.Options;

namespace Identity.Tests.Registration;

/// <summary>What a trusted issuer states about the software of a client.</summary>
public sealed class SoftwareStatementTests
{
    private const string Issuer = "https://issuer.example";

    private readonly TemporaryDirectory _directory = new();
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private TestServer _server = null!;
    private Registrar _registrar = null!;

    [OneTimeSetUp]
    public async Task SetUp()
    {
        var point = _key.ExportParameters(includePrivateParameters: false).Q;
        var keys = new { keys = new[] { new { kty = "EC", crv = "P-256", x = Base64Url.EncodeToString(point.X), y = Base64Url.EncodeToString(point.Y) } } };
        _registrar = new Registrar(_server = await TestServer.StartAsync(
            $"--Identity:Registration:SoftwareStatementIssuers:0:Issuer={Issuer}", $"--Identity:Registration:SoftwareStatementIssuers:0:KeysFile={Write(JsonSerializer.Serialize(keys))}"));
    }

    [OneTimeTearDown]
    public async Task TearDown()
    {
        _registrar.Dispose();
        await _server.DisposeAsync();
        _key.Dispose();
        _directory.Dispose();
    }

    [Test]
    public async Task What_it_says_counts_more_than_what_the_client_says()
    {
        var statement = Sign(_key, new()
        {
            ["iss"] = Issuer,
            ["software_id"] = "stated",
            ["client_name"] = "Stated",
            ["client_name#fr"] = "Constaté",
            ["redirect_uris"] = new[] { "https://stated.example/callback" },
        });
        var answer = await RegisterAsync(statement);
        Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.Created), answer.Json.ToString());
        Assert.Multiple(() =>
        {
            Assert.That(answer.Text("software_statement"), Is.EqualTo(statement));
            Assert.That(answer.Text("software_id"), Is.EqualTo("stated"));
            Assert.That(answer.Text("client_name"), Is.EqualTo("Stated"));
            Assert.That(answer.Text("client_name#fr"), Is.EqualTo("Constaté"));
            Assert.That(answer.Texts("redirect_uris"), Is.EqualTo(new[] { "https://stated.example/callback" }));
            Assert.That(answer.Text("token_endpoint_auth_method"), Is.EqualTo("client_secret_post"));
        });
    }

    [Test]
    public async Task One_that_is_not_believed_is_refused()
    {
        using var stranger = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = _server.Time.GetUtcNow().ToUnixTimeSeconds();
        var good = Sign(_key, new() { ["iss"] = Issuer });
        foreach (var (name, statement, error) in new (string, string, string)[]
        {
            ("another issuer", Sign(_key, new() { ["iss"] = "https://other.example" }), "unapproved_software_statement"),
            ("no issuer", Sign(_key, []), "unapproved_software_statement"),
            ("an issuer that is no text", Sign(_key, new() { ["iss"] = 1 }), "unapproved_software_statement"),
            ("signed by a stranger", Sign(stranger, new() { ["iss"] = Issuer }), "invalid_software_statement"),
            ("changed", string.Join('.', good.Split('.')[0], Encode(new Dictionary<string, object?> { ["iss"] = Issuer, ["client_name"] = "x" }), good.Split('.')[2]), "invalid_software_statement"),
            ("unsigned", $"{Encode(new Dictionary<string, object?> { ["alg"] = "none" })}.{good.Split('.')[1]}.AA", "invalid_software_statement"),
            ("expired", Sign(_key, new() { ["iss"] = Issuer, ["exp"] = now }), "invalid_software_statement"),
            ("not yet valid", Sign(_key, new() { ["iss"] = Issuer, ["nbf"] = now + 1 }), "invalid_software_statement"),
            ("of wrong types", Sign(_key, new() { ["iss"] = Issuer, ["redirect_uris"] = 1 }), "invalid_software_statement"),
            ("against a rule", Sign(_key, new() { ["iss"] = Issuer, ["redirect_uris"] = new[] { "http://a.example" } }), "invalid_redirect_uri"),
        })
        {
            var answer = await RegisterAsync(statement);
            Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.BadRequest), name);
            Assert.That(answer.Error, Is.EqualTo(error), name);
        }

        Assert.That((await RegisterAsync(Sign(_key, new() { ["iss"] = Issuer, ["exp"] = now + 1, ["nbf"] = now }))).Status, Is.EqualTo(HttpStatusCode.Created));
    }

    [TestCase("""{"keys":[{"kty":"oct","k":"c2VjcmV0"}]}""", "secret member k")]
    [TestCase("no JSON", "holds a JSON Web Key Set")]
    [TestCase(null, "can be read")]
    public async Task Keys_that_cannot_be_used_are_an_error_at_the_start(string? keys, string reason)
    {
        var file = keys is null ? Path.Combine(_directory.Parent, "missing.json") : Write(keys);
        var exception = await Assert.ThrowsAsync<OptionsValidationException>(async () =>
        {
            await using var server = await TestServer.StartAsync(
                $"--Identity:Registration:SoftwareStatementIssuers:0:Issuer={Issuer}", $"--Identity:Registration:SoftwareStatementIssuers:0:KeysFile={file}");
        });
        Assert.That(exception!.Message, Does.Contain("Identity:Registration:SoftwareStatementIssuers:0:KeysFile").And.Contain(reason));
    }

    private Task<Answer> RegisterAsync(string statement) => _registrar.RegisterAsync(new Dictionary<string, object?>(Registrar.Web()) { ["software_statement"] = statement });

    private static string Sign(ECDsa key, Dictionary<string, object?> claims)
    {
        var signed = $"{Encode(new Dictionary<string, object?> { ["alg"] = "ES256" })}.{Encode(claims)}";
        return $"{signed}.{Base64Url.EncodeToString(key.SignData(System.Text.Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256))}";
    }

    private static string Encode(Dictionary<string, object?> json) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(json));

    private string Write(string text)
    {
        var path = Path.Combine(_directory.Parent, $"keys-{Guid.NewGuid():N}.json");
        File.WriteAllText(path, text);
        return path;
    }
}
