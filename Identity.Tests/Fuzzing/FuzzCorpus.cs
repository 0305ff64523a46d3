using System.Text;
using System.Text.Json;
using Identity.Tests.Infrastructure;
using Identity.Tests.Tokens;
using IssuedTokens = Identity.Tests.Tokens.Tokens;

namespace Identity.Tests.Fuzzing;

/// <summary>Requests as clients and browsers send them, to every endpoint there is, with what a client holds.</summary>
internal static class FuzzCorpus
{
    private static readonly string[] Pages =
    [
        "/", "/error", "/account/setup", "/account/sign-out", "/health/live", "/health/ready", "/favicon.ico",
        "/.well-known/openid-configuration", "/.well-known/oauth-authorization-server", "/.well-known/jwks", "/connect/logout", "/connect/verify",
    ];

    /// <summary>Makes them.</summary>
    /// <param name="client">A confidential client.</param>
    /// <param name="tokens">Its tokens.</param>
    /// <param name="code">A code that was used.</param>
    public static IReadOnlyList<FuzzedRequest> Create(TestClient client, IssuedTokens tokens, AuthorizationCode code)
    {
        var basic = ("Authorization", "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{client.Id}:{client.Secret}")));
        List<(string, string)> authorization =
            [.. Scene.Parameters(ClientScene.RedirectUri, ("client_id", client.Id), ("resource", "https://mcp.example/mcp")).Select(parameter => (parameter.Key, parameter.Value!))];
        return
        [
            .. Pages.Select(page => new FuzzedRequest("GET", page)),
            new("GET", "/connect/authorize") { Query = authorization },
            new("POST", "/connect/authorize") { Form = authorization },
            new("GET", "/connect/authorize") { Query = [("client_id", client.Id), ("request_uri", "urn:ietf:params:oauth:request_uri:" + new string('a', 43))] },
            new("GET", "/connect/logout") { Query = [("id_token_hint", tokens.IdToken!), ("post_logout_redirect_uri", "https://client.example/signed-out"), ("state", "s")] },
            new("POST", "/connect/par") { Form = authorization, Headers = { basic } },
            new("POST", "/connect/device") { Form = [("client_id", client.Id), ("scope", "openid"), ("client_secret", client.Secret!)] },
            new("GET", "/connect/verify") { Query = [("user_code", "ABCD-EFGH")] },
            new("POST", "/connect/token")
            {
                Form = [("grant_type", "authorization_code"), ("code", code.Value), ("code_verifier", code.Verifier), ("redirect_uri", ClientScene.RedirectUri), ("resource", "https://mcp.example/mcp")],
                Headers = { basic },
            },
            new("POST", "/connect/token")
            {
                Form = [("grant_type", "refresh_token"), ("refresh_token", new string('r', 43)), ("scope", "openid"), ("client_id", client.Id), ("client_secret", client.Secret!)],
            },
            new("POST", "/connect/token")
            {
                Form =
                [
                    ("grant_type", "refresh_token"), ("refresh_token", tokens.AccessToken), ("client_assertion", tokens.IdToken!),
                    ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
                ],
            },
            new("POST", "/connect/token") { Form = [("grant_type", "urn:ietf:params:oauth:grant-type:device_code"), ("device_code", new string('d', 43)), ("client_id", client.Id)] },
            new("POST", "/connect/revoke") { Form = [("token", new string('t', 43)), ("token_type_hint", "refresh_token")], Headers = { basic } },
            new("POST", "/connect/introspect") { Form = [("token", tokens.AccessToken)], Headers = { basic } },
            new("GET", "/connect/userinfo") { Headers = { ("Authorization", "Bearer " + tokens.AccessToken) } },
            new("POST", "/connect/userinfo") { Form = [("access_token", tokens.AccessToken)] },
            new("POST", "/account/sign-in") { Form = [("UserName", "nobody"), ("Password", "wrong"), ("__RequestVerificationToken", "x")] },
            new("POST", "/account/setup") { Form = [("UserName", "mallory"), ("Password", "a-long-password"), ("Confirmation", "a-long-password"), ("token", "x")] },
            .. Registrations(),
        ];
    }

    private static IEnumerable<FuzzedRequest> Registrations()
    {
        object[] bodies =
        [
            new { redirect_uris = new[] { "http://localhost:8787/callback", "cursor://anysphere.cursor-mcp/oauth/callback" }, token_endpoint_auth_method = "none", client_name = "Cursor" },
            new
            {
                redirect_uris = new[] { "https://client.example/callback" },
                grant_types = new[] { "authorization_code", "refresh_token" },
                response_types = new[] { "code" },
                token_endpoint_auth_method = "private_key_jwt",
                jwks = new { keys = new[] { new { kty = "EC", crv = "P-256", x = new string('x', 43), y = new string('y', 43) } } },
                scope = "openid offline_access",
                contacts = new[] { "someone@client.example" },
                software_statement = "e30.e30.e30",
            },
        ];
        foreach (var body in bodies)
        {
            yield return new("POST", "/connect/register") { Body = JsonSerializer.SerializeToUtf8Bytes(body), ContentType = "application/json" };
            yield return new("PUT", "/connect/register/x")
            {
                Body = JsonSerializer.SerializeToUtf8Bytes(body),
                ContentType = "application/json",
                Headers = { ("Authorization", "Bearer " + new string('m', 43)) },
            };
        }
    }
}
