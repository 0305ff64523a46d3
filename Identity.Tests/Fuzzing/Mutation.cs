using System.Text;
using Identity.Tests.Storage;

namespace Identity.Tests.Fuzzing;

/// <summary>Changes requests: a little, in one to four places, so that most of them get far.</summary>
internal static class Mutation
{
    private static readonly string[] Methods = ["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "TRACE", "get", "PROPFIND", "X"];

    private static readonly string[] ContentTypes =
    [
        "application/json", "application/x-www-form-urlencoded", "application/x-www-form-urlencoded; charset=utf-7", "multipart/form-data",
        "multipart/form-data; boundary=b", "text/plain", "application/json; charset=utf-16", "application/jwt", "*/*", "", ";", "a/b;c=\"",
    ];

    private static readonly string[] HeaderNames =
    [
        "Authorization", "Cookie", "Accept", "Accept-Language", "Origin", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "Content-Encoding",
        "Access-Control-Request-Method", "Access-Control-Request-Headers", "If-None-Match", "If-Modified-Since", "Range", "Referer", "User-Agent", "MCP-Protocol-Version", "Forwarded",
        "Sec-Fetch-Site", "X-Original-URL", "X-HTTP-Method-Override", "Transfer-Encoding", "Upgrade",
    ];

    /// <summary>Values with which programs like these had trouble.</summary>
    private static readonly string[] Values =
    [
        "", " ", "\0", "a\0b", "%00", "\r\n", "\r\nSet-Cookie: a=b", "\u202e", "\ufeff", "é", "\U0001f600", "\ud83d\ude00" + "x", "null", "undefined", "true", "0", "-1", "1e999",
        "9223372036854775808", "[]", "{}", "[[[[", "\"", "'", "<script>alert(1)</script>", "../../../etc/passwd", "..\\..", "file:///etc/passwd", "javascript:alert(1)",
        "http://", "https://", "https://[", "https://[::1]:99999/", "https://a@b/", "https://a/#f", "//evil.example", "https://evil.example", "urn:x", "http://localhost", "data:,",
        "openid offline_access", " offline_access", "openid\topenid", "none", "plain", "S256", "code id_token token", "fragment", "form_post", "query.jwt", "none login", "select_account consent",
        "eyJhbGciOiJub25lIn0.e30.", "eyJhbGciOiJub25lIn0..", "e30.e30.e30", ".....", "CfDJ8", "urn:ietf:params:oauth:request_uri:x", "urn:ietf:params:oauth:grant-type:device_code",
        "client_credentials", "password", "implicit", "urn:ietf:params:oauth:grant-type:token-exchange", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer", "Basic", "Basic :", "Basic Og==",
        "Basic !!!!", "Bearer", "Bearer ", "Bearer e30.e30.e30", "DPoP x", "a=b; c=d", "identity=x", "127.0.0.1, ::1, x", "evil.example", "*", "text/html", "de-DE-x-y;q=2", "bytes=0-",
    ];

    private static readonly string[] Names =
    [
        "client_id", "client_secret", "redirect_uri", "response_type", "response_mode", "scope", "state", "nonce", "code", "code_verifier", "code_challenge", "code_challenge_method",
        "grant_type", "refresh_token", "token", "token_type_hint", "resource", "audience", "prompt", "max_age", "login_hint", "acr_values", "id_token_hint", "request", "request_uri", "claims",
        "ui_locales", "display", "registration", "client_assertion", "client_assertion_type", "device_code", "user_code", "post_logout_redirect_uri", "UserName", "Password", "decision",
        "__RequestVerificationToken", "handler", "ReturnUrl", "", "\0", "a[b]", "a.b", "__proto__",
    ];

    /// <summary>Changes a request.</summary>
    /// <param name="request">The request; a copy is changed.</param>
    /// <param name="corpus">Others, from which pieces are taken.</param>
    /// <param name="chance">Chooses.</param>
    public static FuzzedRequest Apply(FuzzedRequest request, IReadOnlyList<FuzzedRequest> corpus, Chance chance)
    {
        var result = request.Copy();
        for (var count = 1 + chance.Below(4); count > 0; count--)
        {
            result = ApplyOne(result, corpus[chance.Below(corpus.Count)], chance);
        }

        return result;
    }

    private static FuzzedRequest ApplyOne(FuzzedRequest request, FuzzedRequest other, Chance chance)
    {
        switch (chance.Below(14))
        {
            case 0:
                return request with { Method = Pick(Methods, chance) };
            case 1:
                return request with { Path = ChangePath(request.Path, other.Path, chance) };
            case 2:
                request.ContentType = Pick(ContentTypes, chance);
                return request;
            case 3:
                request.Headers.Add((Pick(HeaderNames, chance), OneLine(Value(chance))));
                return request;
            case 4 or 5 when request.GetBody() is { Length: > 0 } body:
                request.Body = ChangeBytes(body, chance);
                return request;
            case 6 when request.Query.Count > 0 && request.Form.Count is 0:
                // In the body what belongs into the query.
                request.Form.AddRange(request.Query);
                request.Query.Clear();
                return request with { Method = "POST" };
            default:
                ChangeParameters(request.Query.Count > 0 && (request.Form.Count is 0 || chance.OneIn(3)) ? request.Query : request.Form, other, chance);
                return request;
        }
    }

    private static void ChangeParameters(List<(string Name, string Value)> parameters, FuzzedRequest other, Chance chance)
    {
        var index = parameters.Count > 0 ? chance.Below(parameters.Count) : -1;
        switch (chance.Below(7))
        {
            case 0 when index >= 0:
                parameters.RemoveAt(index);
                break;
            case 1 when index >= 0:
                parameters.Add(parameters[index]);
                break;
            case 2 when index >= 0:
                parameters[index] = (Pick(Names, chance), parameters[index].Value);
                break;
            case 3 when other.Form.Concat(other.Query).ToList() is { Count: > 0 } others:
                parameters.Add(others[chance.Below(others.Count)]);
                break;
            case 4:
                parameters.Add((Pick(Names, chance), Value(chance)));
                break;
            case 5 when index >= 0 && parameters[index].Value.Length > 0:
                parameters[index] = (parameters[index].Name, ChangeText(parameters[index].Value, chance));
                break;
            default:
                if (index >= 0)
                {
                    parameters[index] = (parameters[index].Name, Value(chance));
                }

                break;
        }
    }

    private static string Value(Chance chance) => chance.Below(12) switch
    {
        0 => new string((char)('a' + chance.Below(26)), 1 << chance.Below(15)),
        1 => string.Concat(Enumerable.Repeat(Pick(Values, chance), 1 + chance.Below(40))),
        2 => ChangeText(Pick(Values, chance), chance),
        _ => Pick(Values, chance),
    };

    private static string ChangeText(string text, Chance chance)
    {
        var at = chance.Below(text.Length + 1);
        return chance.Below(4) switch
        {
            0 => text[..at],
            1 => text.Insert(at, Pick(Values, chance)),
            2 when text.Length > 0 => text.Remove(at % text.Length, 1).Insert(at % text.Length, $"{(char)chance.Below(0xD7FF)}"),
            _ => text.ToUpperInvariant(),
        };
    }

    private static string ChangePath(string path, string other, Chance chance) => chance.Below(10) switch
    {
        0 => path + "/",
        1 => path + "//",
        2 => path.Replace("/", "//", StringComparison.Ordinal),
        3 => path + "/..",
        4 => path.ToUpperInvariant(),
        5 => other,
        6 => path + "%00",
        7 => path[..^chance.Below(path.Length)],
        8 => $"/{Uri.EscapeDataString(Pick(Values, chance))}{path}",
        _ => path + "/" + Uri.EscapeDataString(Pick(Values, chance)),
    };

    private static byte[] ChangeBytes(byte[] body, Chance chance)
    {
        var at = chance.Below(body.Length);
        var rest = body.Length - at;
        switch (chance.Below(6))
        {
            case 0:
                return body[..at];
            case 1:
                return [.. body, .. body];
            case 2:
                return [.. body[..at], .. Encoding.UTF8.GetBytes(Value(chance)), .. body[at..]];
            case 3:
                return [.. body[..at], .. body[(at + chance.Below(rest))..]];
            case 4:
                return [.. body[..at], .. Enumerable.Repeat(body[at..(at + 1 + chance.Below(Math.Min(rest, 8)))], 1 + chance.Below(300)).SelectMany(piece => piece)];
            default:
                var changed = (byte[])body.Clone();
                changed[at] = (byte)chance.Below(256);
                return changed;
        }
    }

    // A header that no client can send would not be sent; line breaks in others are the server's to refuse.
    private static string OneLine(string value) => value.ReplaceLineEndings(" ").Replace('\0', ' ');

    private static string Pick(string[] choices, Chance chance) => choices[chance.Below(choices.Length)];
}
