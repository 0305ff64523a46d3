using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Identity.Tests.Infrastructure;
using Identity.Tests.Tokens;

namespace Identity.Tests.Registration;

/// <summary>Registers clients at a running server and manages them.</summary>
internal sealed class Registrar(TestServer server) : IDisposable
{
    private readonly HttpClient _http = server.CreateClient();

    /// <summary>A public native client.</summary>
    public static Dictionary<string, object?> Native(string name = "Native", params string[] redirectUris) => new()
    {
        ["client_name"] = name,
        ["redirect_uris"] = redirectUris is [] ? ["http://localhost:40123/callback"] : redirectUris,
        ["token_endpoint_auth_method"] = "none",
    };

    /// <summary>A client with a secret.</summary>
    public static Dictionary<string, object?> Web(string name = "Web") => new()
    {
        ["client_name"] = name,
        ["redirect_uris"] = new[] { "https://client.example/callback" },
        ["token_endpoint_auth_method"] = "client_secret_post",
    };

    public Task<Answer> RegisterAsync(object body, string? token = null) => SendAsync(HttpMethod.Post, "/connect/register", token, body);

    public Task<Answer> RegisterRawAsync(string body) => SendAsync(HttpMethod.Post, "/connect/register", null, new StringContent(body, Encoding.UTF8, "application/json"));

    public Task<Answer> ReadAsync(string clientId, string? token) => SendAsync(HttpMethod.Get, $"/connect/register/{clientId}", token);

    public Task<Answer> UpdateAsync(string clientId, string? token, object body) => SendAsync(HttpMethod.Put, $"/connect/register/{clientId}", token, body);

    public Task<Answer> DeleteAsync(string clientId, string? token) => SendAsync(HttpMethod.Delete, $"/connect/register/{clientId}", token);

    public async Task<Answer> SendAsync(HttpMethod method, string path, string? token, object? body = null)
    {
        using var request = new HttpRequestMessage(method, path)
        {
            Content = body as HttpContent ?? (body is null ? null : JsonContent.Create(body)),
            Headers = { Authorization = token is null ? null : new("Bearer", token) },
        };
        using var response = await _http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return new Answer(response.StatusCode, text.Length is 0 ? default : JsonDocument.Parse(text).RootElement, response.Headers);
    }

    public void Dispose() => _http.Dispose();
}

internal static class AnswerExtensions
{
    public static string Text(this Answer answer, string member) => answer.Json.GetProperty(member).GetString()!;

    public static string[] Texts(this Answer answer, string member) => [.. answer.Json.GetProperty(member).EnumerateArray().Select(item => item.GetString()!)];

    public static bool Has(this Answer answer, string member) => answer.Json.TryGetProperty(member, out _);
}
