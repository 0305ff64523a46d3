using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Identity.Tests.Accounts.Providers;

/// <summary>
/// A provider, as far as the server under test can tell: its documents and tokens have the shape of the real ones, and its token endpoint
/// checks what the real one checks. It is reached through <see cref="CreateHandler"/>, under its real addresses.
/// </summary>
internal sealed class PlayedProvider
{
    /// <summary>Its access tokens, which nobody needs.</summary>
    public const string AccessToken = "not for this server to keep";

    private readonly RSA _key;
    private readonly ConcurrentDictionary<string, Pending> _codes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, object> _configuration;

    public PlayedProvider(string name, string host, string discovery, RSA key, Dictionary<string, object> configuration)
        => (Name, Host, Discovery, _key, _configuration) = (name, host, discovery, key, configuration);

    /// <summary>Its name in the settings.</summary>
    public string Name { get; }

    /// <summary>Where people go.</summary>
    public string Host { get; }

    /// <summary>Where its configuration document is.</summary>
    public string Discovery { get; }

    /// <summary>What it gave out for the server under test.</summary>
    public string ClientId => $"{Name}-client";

    /// <inheritdoc cref="ClientId"/>
    public string ClientSecret => $"{Name}-secret";

    /// <summary>The clock of its tokens.</summary>
    public TimeProvider Time { get; set; } = TimeProvider.System;

    /// <summary>Answers instead of it, given the last part of the path: of <c>openid-configuration</c>, the keys and <c>token</c>.</summary>
    public Func<string, HttpResponseMessage?> Instead { get; set; } = _ => null;

    /// <summary>Where requests go in its place; null: nowhere.</summary>
    public Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>>? Forward { get; set; }

    /// <summary>How many requests of the server under test there were.</summary>
    public int Requests { get; private set; }

    /// <summary>A way to the provider; requests to other hosts go on.</summary>
    public DelegatingHandler CreateHandler() => new Handler(this);

    /// <summary>Lets somebody agree there, and says where the browser is sent.</summary>
    /// <param name="request">The authorization request.</param>
    /// <param name="claims">What the identity token says, beside audience, nonce and times.</param>
    public Uri Agree(Uri request, Dictionary<string, object> claims)
    {
        var query = QueryHelpers.ParseQuery(request.Query);
        var code = Convert.ToHexString(RandomNumberGenerator.GetBytes(16));
        _codes[code] = new Pending(
            claims, query["nonce"].ToString(), query["redirect_uri"].ToString(), query["code_challenge"].ToString(), query["code_challenge_method"].ToString());
        return Back(request, new() { ["code"] = code });
    }

    /// <summary>Lets somebody say no there.</summary>
    public static Uri Decline(Uri request) => Back(request, new() { ["error"] = "access_denied", ["error_description"] = "<b>No</b>" });

    private static Uri Back(Uri request, Dictionary<string, string?> answer)
    {
        var query = QueryHelpers.ParseQuery(request.Query);
        answer["state"] = query["state"].ToString();
        return new Uri(QueryHelpers.AddQueryString(query["redirect_uri"].ToString(), answer));
    }

    private async Task<HttpResponseMessage> AnswerAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Requests++;
        var last = request.RequestUri!.Segments[^1];
        if (Instead(last) is { } other)
        {
            return other;
        }

        if (Forward is not null && last is "token")
        {
            return await Forward(request, cancellationToken);
        }

        return request.RequestUri.AbsoluteUri == Discovery ? Json(_configuration)
            : last is "token" && request.Method == HttpMethod.Post ? await RedeemAsync(request, cancellationToken)
            : last is "certs" or "keys" ? Json(new Dictionary<string, object> { ["keys"] = new[] { PublicKey() } })
            : new HttpResponseMessage(HttpStatusCode.NotFound);
    }

    private async Task<HttpResponseMessage> RedeemAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var form = QueryHelpers.ParseQuery(await request.Content!.ReadAsStringAsync(cancellationToken));
        var (client, secret) = request.Headers.Authorization is { Scheme: "Basic", Parameter: { } basic }
            ? Split(Encoding.UTF8.GetString(Convert.FromBase64String(basic)))
            : (form["client_id"].ToString(), form["client_secret"].ToString());
        var challenge = Base64UrlEncoder.Encode(SHA256.HashData(Encoding.ASCII.GetBytes(form["code_verifier"].ToString())));
        if (client != ClientId || secret != ClientSecret)
        {
            return Json(new Dictionary<string, object> { ["error"] = "invalid_client" }, HttpStatusCode.Unauthorized);
        }

        if (form["grant_type"] != "authorization_code" || !_codes.TryRemove(form["code"].ToString(), out var pending)
            || pending.RedirectUri != form["redirect_uri"] || pending.Method is not "S256" || pending.Challenge != challenge || pending.Nonce.Length is 0)
        {
            return Json(new Dictionary<string, object> { ["error"] = "invalid_grant" }, HttpStatusCode.BadRequest);
        }

        return Json(new Dictionary<string, object>
        {
            ["access_token"] = AccessToken,
            ["expires_in"] = 3599,
            ["scope"] = "openid",
            ["token_type"] = "Bearer",
            ["id_token"] = CreateToken(pending),
        });
    }

    private string CreateToken(Pending pending)
    {
        var now = Time.GetUtcNow().ToUnixTimeSeconds();
        var claims = new Dictionary<string, object>(pending.Claims);
        claims.TryAdd("aud", ClientId);
        claims.TryAdd("nonce", pending.Nonce);
        claims.TryAdd("at_hash", Base64UrlEncoder.Encode(SHA256.HashData(Encoding.ASCII.GetBytes(AccessToken))[..16]));
        claims["iat"] = now;
        claims["exp"] = now + 3600;
        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(
            JsonSerializer.Serialize(claims), new SigningCredentials(new RsaSecurityKey(_key) { KeyId = "key" }, SecurityAlgorithms.RsaSha256));
    }

    private Dictionary<string, object> PublicKey()
    {
        var parameters = _key.ExportParameters(includePrivateParameters: false);
        return new()
        {
            ["kty"] = "RSA",
            ["use"] = "sig",
            ["alg"] = "RS256",
            ["kid"] = "key",
            ["n"] = Base64UrlEncoder.Encode(parameters.Modulus),
            ["e"] = Base64UrlEncoder.Encode(parameters.Exponent),
        };
    }

    private static (string, string) Split(string credentials)
        => (Uri.UnescapeDataString(credentials[..credentials.IndexOf(':', StringComparison.Ordinal)]), Uri.UnescapeDataString(credentials[(credentials.IndexOf(':', StringComparison.Ordinal) + 1)..]));

    private static HttpResponseMessage Json(Dictionary<string, object> content, HttpStatusCode status = HttpStatusCode.OK)
        => new(status) { Content = JsonContent.Create(content, new MediaTypeHeaderValue("application/json")) };

    private sealed record Pending(Dictionary<string, object> Claims, string Nonce, string RedirectUri, string Challenge, string Method);

    private sealed class Handler(PlayedProvider provider) : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
            => provider._configuration.Values.OfType<string>().Append(provider.Discovery).Any(address =>
                Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Authority == request.RequestUri!.Authority)
                ? provider.AnswerAsync(request, cancellationToken)
                : base.SendAsync(request, cancellationToken);
    }
}
