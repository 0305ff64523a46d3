using System.Net;
using System.Text;
using System.Text.Json;
using CsCheck;
using Identity.Tests.Infrastructure;
using Identity.Tests.Tokens;
using Microsoft.Extensions.DependencyInjection;
using OpenIddict.Abstractions;

namespace Identity.Tests.Registration;

/// <summary>Whatever somebody sends to register: a client or an error of RFC 7591, never a failure of the server's.</summary>
public sealed class AnyBodyTests
{
    private const int Bodies = 1_500;

    private static readonly string[] Errors = ["invalid_redirect_uri", "invalid_client_metadata", "invalid_software_statement", "unapproved_software_statement"];

    private static readonly string[] Members =
    [
        "redirect_uris", "redirect_uris", "redirect_uris", "token_endpoint_auth_method", "token_endpoint_auth_method", "grant_types", "response_types", "scope",
        "application_type", "client_name", "client_uri", "logo_uri", "tos_uri", "policy_uri", "contacts", "software_id", "software_version",
        "post_logout_redirect_uris", "jwks", "jwks_uri", "software_statement", "client_name#fr", "client_name#", "logo_uri#de-DE", "client_name#xx-YY",
        "client_id", "Others", "resource", "__proto__", "", "a.b", "$ref",
    ];

    private static readonly string[] Texts =
    [
        "https://a.example/callback", "http://localhost:1234/callback", "http://[::1]/", "com.example:/callback", "cursor://a/b", "https://a.example", "HTTPS://A.EXAMPLE/%zz",
        "https://[::1%25eth0]/", "http://localhost:99999/", "https://a.example:0/", "com.example:", "com.example:?a", "x.y://[", "https://xn--a/", "https://a..b/", "https://a.example/?q=%00",
        "none", "client_secret_post", "client_secret_basic", "private_key_jwt", "authorization_code", "refresh_token", "code", "openid", "web", "native",
        "urn:ietf:params:oauth:grant-type:device_code", "", " ", "\0", "\ud800\udc00", "é", "a b", "eyJ.eyJ.c2ln", "#", "RSA", "EC", "P-256", "AQAB", "sig",
    ];

    private static readonly string[] Raw =
    [
        "null", "true", "0", "-1e999", "1e400", "12345678901234567890123", "\"\\ud800\"", "\"\\udc00\\ud800\"", "\"\\u0000\"", "{}", "[]", "[[]]", "[null]", "{\"keys\":null}",
        "{\"keys\":[{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\"}]}", "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"\\ud800\",\"y\":\"\"}]}", "{\"keys\":[{\"kty\":\"\\ud800\",\"kid\":{}}]}",
        "{\"keys\":[{\"kty\":\"RSA\",\"kty\":\"EC\"}]}", "{\"a\":1,\"a\":2}",
    ];

    private static readonly Gen<string> GenText = Gen.Frequency((12, Gen.Int[0, Texts.Length - 1].Select(index => Texts[index])), (1, Gen.String[0, 40]), (1, Gen.Const(new string('a', 3_000))))
        .Select(text => JsonSerializer.Serialize(text));

    private static readonly Gen<string> GenValue = Gen.Frequency(
        (6, GenText), (6, GenText.Array[0, 5].Select(items => $"[{string.Join(',', items)}]")), (3, Gen.Int[0, Raw.Length - 1].Select(index => Raw[index])));

    // Most have what is needed, so that they come to the later rules.
    private static readonly Gen<string> GenObject = Gen.Select(
        Gen.Bool, Gen.Select(Gen.Int[0, Members.Length - 1].Select(index => Members[index]), GenValue, (member, value) => $"{JsonSerializer.Serialize(member)}:{value}").Array[0, 8],
        (isComplete, members) => $"{{{string.Join(',', members.Prepend(isComplete ? "\"redirect_uris\":[\"https://a.example/callback\"]" : "\"x\":1"))}}}");

    private static readonly Gen<byte[]> GenBody = Gen.Frequency(
        (6, GenObject.Select(Encoding.UTF8.GetBytes)),
        (3, Gen.Select(GenObject, Gen.Int[0, 10_000], Gen.Byte, Gen.Int[0, 3], Mutate)),
        (1, Gen.Byte.Array[0, 64]));

    [Test]
    public async Task Whatever_is_sent_is_registered_or_refused_and_what_is_registered_can_be_read_again()
    {
        await using var server = await TestServer.StartAsync();
        using var registrar = new Registrar(server);
        var ids = new HashSet<string>(StringComparer.Ordinal);
        var refused = 0;
        await GenBody.SampleAsync(
            async body =>
            {
                var content = new ByteArrayContent(body) { Headers = { ContentType = new("application/json") } };
                var answer = await registrar.SendAsync(HttpMethod.Post, "/connect/register", null, content);
                if (answer.Status is HttpStatusCode.Created)
                {
                    Assert.That(answer.Json.EnumerateObject().Where(member => member.Value.ValueKind is JsonValueKind.Null || member.Value.ToString().Length is 0), Is.Empty);
                    Assert.That(answer.Texts("redirect_uris"), answer.Texts("grant_types").Contains("authorization_code") ? Is.Not.Empty : Is.Not.Null);
                    Assert.That(answer.Has("client_secret"), Is.EqualTo(answer.Text("token_endpoint_auth_method") is "client_secret_post" or "client_secret_basic"));
                    ids.Add(answer.Text("client_id"));
                }
                else
                {
                    Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.BadRequest), answer.ToString());
                    Assert.That(Errors, Does.Contain(answer.Error));
                    Assert.That(answer.Text("error_description"), Is.Not.Empty);
                    refused++;
                }
            },
            iter: Bodies,
            threads: 1,
            print: body => Encoding.UTF8.GetString(body));

        Assert.That(ids, Has.Count.GreaterThan(Bodies / 50), "Too few come as far as being registered.");
        Assert.That(refused, Is.GreaterThan(Bodies / 50));
        Assert.That(server.Log.Entries.Where(entry => entry.Level >= Microsoft.Extensions.Logging.LogLevel.Error), Is.Empty);
        await server.RestartAsync();
        await using var scope = server.Services.CreateAsyncScope();
        var applications = scope.ServiceProvider.GetRequiredService<IOpenIddictApplicationManager>();
        Assert.That(await applications.CountAsync(), Is.EqualTo(ids.Count), "What was refused left nothing behind.");
        await foreach (var application in applications.ListAsync())
        {
            Assert.That(ids, Does.Contain(await applications.GetClientIdAsync(application)));
        }
    }

    private static byte[] Mutate(string text, int place, byte value, int kind)
    {
        List<byte> bytes = [.. Encoding.UTF8.GetBytes(text)];
        var at = place % bytes.Count;
        switch (kind)
        {
            case 0:
                bytes[at] = value;
                break;
            case 1:
                bytes.Insert(at, value);
                break;
            case 2:
                bytes.RemoveRange(at, Math.Min(bytes.Count - at, 1 + (value % 8)));
                break;
            default:
                bytes.InsertRange(at, bytes[at..Math.Min(bytes.Count, at + 1 + (value % 32))]);
                break;
        }

        return [.. bytes];
    }
}
