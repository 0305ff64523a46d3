using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Identity.Tests.Infrastructure;
using Identity.Tests.Tokens;
using Microsoft.Extensions.DependencyInjection;
using OpenIddict.Abstractions;

namespace Identity.Tests.Registration;

/// <summary>Clients that authenticate with a key of their own (<c>private_key_jwt</c>).</summary>
public sealed class ClientKeyTests
{
    private static readonly Dictionary<string, object?> Rsa = RsaKey(2_048);
    private static readonly Dictionary<string, object?> Curve = CurveKey(ECCurve.NamedCurves.nistP256, "P-256");

    private TestServer _server = null!;
    private Registrar _registrar = null!;

    [OneTimeSetUp]
    public async Task SetUp() => _registrar = new Registrar(_server = await TestServer.StartAsync());

    [OneTimeTearDown]
    public async Task TearDown()
    {
        _registrar.Dispose();
        await _server.DisposeAsync();
    }

    [Test]
    public async Task Public_keys_are_kept_for_OpenIddict_and_told_without_what_has_no_meaning()
    {
        var answer = await RegisterAsync(new { keys = new[] { new Dictionary<string, object?>(Rsa) { ["kid"] = "1", ["x5t"] = "?", ["alg"] = "RS256" }, Curve, new(Curve) { ["use"] = "enc" } }, other = 1 });
        Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.Created), answer.Json.ToString());
        Assert.That(answer.Has("client_secret") || answer.Has("client_secret_expires_at"), Is.False);
        Assert.That(answer.Has("registration_access_token"), Is.True);
        var keys = answer.Json.GetProperty("jwks").GetProperty("keys");
        Assert.That(keys.GetArrayLength(), Is.EqualTo(3));
        Assert.That(keys[0].EnumerateObject().Select(member => member.Name), Is.EquivalentTo(new[] { "kty", "alg", "kid", "n", "e" }));

        await using var scope = _server.Services.CreateAsyncScope();
        var applications = scope.ServiceProvider.GetRequiredService<IOpenIddictApplicationManager>();
        var application = (await applications.FindByClientIdAsync(answer.Text("client_id")))!;
        var kept = (await applications.GetJsonWebKeySetAsync(application))!;
        Assert.That(kept.Keys.Select(key => (key.Kty, key.Use)), Is.EqualTo(new[] { ("RSA", "sig"), ("EC", "sig") }));
        Assert.That(await applications.HasClientTypeAsync(application, OpenIddictConstants.ClientTypes.Confidential), Is.True);
    }

    [Test]
    public async Task The_address_of_keys_is_kept_with_the_client()
    {
        var answer = await _registrar.RegisterAsync(Body(("jwks_uri", "https://client.example/keys")));
        Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.Created), answer.Json.ToString());
        Assert.That(answer.Text("jwks_uri"), Is.EqualTo("https://client.example/keys"));
        Assert.That(answer.Has("client_secret"), Is.False);

        await using var scope = _server.Services.CreateAsyncScope();
        var applications = scope.ServiceProvider.GetRequiredService<IOpenIddictApplicationManager>();
        var properties = await applications.GetPropertiesAsync((await applications.FindByClientIdAsync(answer.Text("client_id")))!);
        Assert.That(properties["jwks_uri"].GetString(), Is.EqualTo("https://client.example/keys"));
    }

    [Test]
    public async Task Keys_of_a_client_that_does_not_use_them_are_ignored()
    {
        var answer = await _registrar.RegisterAsync(new Dictionary<string, object?>(Registrar.Native()) { ["jwks"] = new { keys = new[] { new { kty = "OKP" } } } });
        Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.Created));
        Assert.That(answer.Has("jwks"), Is.False);
    }

    private static IEnumerable<TestCaseData> BadSets()
    {
        yield return Bad("no object", "keys", "must be an object");
        yield return Bad("keys that are no array", new { keys = 1 }, "must be an object");
        yield return Bad("no keys", new { keys = Array.Empty<object>() }, "from 1 to 16");
        yield return Bad("too many keys", new { keys = Enumerable.Range(0, 17).Select(_ => Curve) }, "from 1 to 16");
        yield return Key("no key", 1, "must be an object");
        yield return Key("a symmetric key", new { kty = "oct", k = "c2VjcmV0" }, "secret member k");
        yield return Key("an unknown type", new { kty = "OKP", crv = "Ed25519", x = "AA" }, "kty");
        yield return Key("no type", new { n = Rsa["n"], e = "AQAB" }, "kty");
        yield return Key("a weak modulus", RsaKey(1_024), "2048");
        yield return Key("zeros before a weak modulus", new Dictionary<string, object?>(RsaKey(1_024)) { ["n"] = Base64Url.EncodeToString([.. new byte[200], .. Base64Url.DecodeFromChars((string)RsaKey(1_024)["n"]!)]) }, "2048");
        yield return Key("an even modulus", new Dictionary<string, object?>(Rsa) { ["n"] = Base64Url.EncodeToString([.. Enumerable.Repeat((byte)0xfe, 256)]) }, "odd n");
        yield return Key("an exponent of one", new Dictionary<string, object?>(Rsa) { ["e"] = "AQ" }, "odd e");
        yield return Key("no base64url", new Dictionary<string, object?>(Rsa) { ["n"] = "n+/=" }, "base64url");
        yield return Key("an unknown curve", new Dictionary<string, object?>(Curve) { ["crv"] = "secp256k1" }, "crv");
        yield return Key("a point elsewhere", new Dictionary<string, object?>(Curve) { ["x"] = Base64Url.EncodeToString(new byte[32]) }, "point");
        yield return Key("a short point", new Dictionary<string, object?>(Curve) { ["x"] = "AA" }, "32 bytes");
        yield return Key("an algorithm of another type", new Dictionary<string, object?>(Curve) { ["alg"] = "RS256" }, "ES256");
        yield return Key("an algorithm that needs a secret", new Dictionary<string, object?>(Rsa) { ["alg"] = "HS256" }, "alg");
        yield return Key("only for encryption", new Dictionary<string, object?>(Rsa) { ["use"] = "enc" }, "for signatures");
        yield return Key("an unknown use", new Dictionary<string, object?>(Rsa) { ["use"] = "all" }, "use");
        yield return Key("a kid that is no text", new Dictionary<string, object?>(Rsa) { ["kid"] = 1 }, "kid");
        yield return Bad("a kid given twice", new { keys = new[] { new Dictionary<string, object?>(Rsa) { ["kid"] = "1" }, new(Curve) { ["kid"] = "1" } } }, "key 2 must have a kid");
        foreach (var member in new[] { "d", "p", "q", "dp", "dq", "qi", "oth", "k" })
        {
            yield return Key($"the secret {member}", new Dictionary<string, object?>(Rsa) { [member] = "AQAB" }, $"secret member {member}");
        }

        static TestCaseData Bad(string name, object set, string rule) => new TestCaseData(set, rule).SetArgDisplayNames(name);
        static TestCaseData Key(string name, object key, string rule) => Bad(name, new { keys = new[] { key } }, rule);
    }

    [TestCaseSource(nameof(BadSets))]
    public async Task A_set_that_breaks_a_rule_is_refused(object set, string rule)
    {
        var answer = await RegisterAsync(set);
        Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(answer.Error, Is.EqualTo("invalid_client_metadata"));
        Assert.That(answer.Text("error_description"), Does.StartWith("jwks: ").And.Contain(rule));
    }

    private Task<Answer> RegisterAsync(object set) => _registrar.RegisterAsync(Body(("jwks", JsonSerializer.SerializeToElement(set))));

    private static Dictionary<string, object?> Body((string Name, object? Value) member)
        => new(Registrar.Web()) { ["token_endpoint_auth_method"] = "private_key_jwt", [member.Name] = member.Value };

    private static Dictionary<string, object?> RsaKey(int bits)
    {
        using var key = RSA.Create(bits);
        var parameters = key.ExportParameters(includePrivateParameters: false);
        return new() { ["kty"] = "RSA", ["n"] = Base64Url.EncodeToString(parameters.Modulus), ["e"] = Base64Url.EncodeToString(parameters.Exponent) };
    }

    private static Dictionary<string, object?> CurveKey(ECCurve curve, string name)
    {
        using var key = ECDsa.Create(curve);
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        return new() { ["kty"] = "EC", ["crv"] = name, ["x"] = Base64Url.EncodeToString(point.X), ["y"] = Base64Url.EncodeToString(point.Y) };
    }
}
