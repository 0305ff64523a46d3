using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Identity.Server.Hosting;
using Identity.Stores.FileSystem.Storage;
using Identity.Tests.Infrastructure;
using Identity.Tests.Storage;
using Identity.Tests.Tokens;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using IssuedTokens = Identity.Tests.Tokens.Tokens;

namespace Identity.Tests.Fuzzing;

/// <summary>Whatever is sent to whichever endpoint, the server answers as it should and is the same afterwards.</summary>
[TestFixture]
internal sealed partial class FuzzTests
{
    private const int MaximumProblems = 10;

    // REQUESTS=1000000 for more than what every build can wait for.
    private static int Requests => int.TryParse(Environment.GetEnvironmentVariable("REQUESTS"), CultureInfo.InvariantCulture, out var count) ? count : 20_000;

    [Test]
    public async Task No_request_makes_the_server_fail_tell_secrets_or_change_what_it_refuses_to_change()
    {
        var seed = Chance.ChooseSeed();
        TestContext.Out.WriteLine($"REQUESTS={Requests}");
        await using var scene = await TokenScene.StartAsync("--Identity:RateLimits:Enabled=false");
        var client = await scene.RegisterAsync("client_secret_basic");
        var code = await scene.AuthorizeAsync(client);
        var (tokens, kept) = (await ExchangeTwiceAsync(scene, client, code), await scene.ConnectAsync(client));
        var secrets = new Secrets();
        secrets.Add("the client's secret", client.Secret!);
        secrets.Add("a password", Scene.Password);
        secrets.Add("a refresh token", kept.RefreshToken!);
        secrets.Add("an access token", kept.AccessToken);

        // A connection that goes on and one that the second use of its code has ended: what was refused once changes nothing again.
        var corpus = FuzzCorpus.Create(client, kept with { IdToken = tokens.IdToken }, code);
        var chance = new Chance(seed);
        var statuses = new SortedDictionary<int, int>();
        var problems = new List<string>();
        using var http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8,
        });
        for (var number = 0; number < Requests && problems.Count < MaximumProblems; number++)
        {
            var choice = chance.For(number);
            var request = Mutation.Apply(corpus[choice.Below(corpus.Count)], corpus, choice);
            var before = LastChange(scene);
            var (status, mediaType, text) = await SendAsync(http, request, scene.Server.Address);
            statuses[status] = statuses.GetValueOrDefault(status) + 1;

            var problem = status is 0 or >= 500 ? $"status {status}"
                : status >= 400 && LastChange(scene) != before ? "a refused request changed something"
                : Trace().IsMatch(text) ? "an answer that tells of the program"
                : secrets.FindIn(new Place("answer", Encoding.Latin1.GetBytes(text))).Any() ? "a secret in an answer"
                : status >= 400 && text.Length > 0 && RequestPaths.IsForPrograms(request.GetReceivedPath()) && mediaType is not "application/json" ? $"an error as {mediaType}"
                : null;
            if (problem is not null)
            {
                problems.Add($"{problem}, number {number}:\n{request}\n\n{status} {text}");
            }
        }

        var errors = scene.Server.Log.Entries.Where(entry => entry.Level >= LogLevel.Error).Select(entry => entry.ToString());
        Assert.That(problems, Is.Empty, $"SEED={seed}\n{string.Join("\n----\n", [.. problems, .. errors])}");
        TestContext.Out.WriteLine(string.Join(", ", statuses.Select(pair => $"{pair.Value} x {pair.Key}")));
        Assert.That(errors, Is.Empty, $"SEED={seed}");
        Assert.That(statuses.Keys, Is.SupersetOf((int[])[200, 400, 401, 404]), "many got far");
        await CheckHealthAsync(scene, http, client, kept);
        await scene.Server.RestartAsync();
        await CheckHealthAsync(scene, http, client, kept);
    }

    /// <summary>As any client's next request would find it.</summary>
    private static async Task CheckHealthAsync(TokenScene scene, HttpClient http, TestClient client, IssuedTokens kept)
    {
        using var ready = await http.GetAsync(new Uri(scene.Server.Address, "/health/ready"));
        Assert.That(ready.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        IssuedTokens.From(await scene.RefreshAsync(client, kept.RefreshToken!));
        await scene.ConnectAsync(await scene.RegisterAsync());
    }

    private static async Task<IssuedTokens> ExchangeTwiceAsync(TokenScene scene, TestClient client, AuthorizationCode code)
    {
        var tokens = IssuedTokens.From(await scene.ExchangeAsync(client, code));
        Assert.That((await scene.ExchangeAsync(client, code)).Error, Is.EqualTo("invalid_grant"));
        return tokens;
    }

    private static long LastChange(TokenScene scene) => scene.Server.Services.GetRequiredService<StorageDirectory>().Queue.LastSequence;

    private static async Task<(int Status, string? MediaType, string Text)> SendAsync(HttpClient http, FuzzedRequest request, Uri server)
    {
        using var message = request.ToMessage(server);
        try
        {
            using var response = await http.SendAsync(message);
            return ((int)response.StatusCode, response.Content.Headers.ContentType?.MediaType, await response.Content.ReadAsStringAsync());
        }
        catch (HttpRequestException exception) when (exception.StatusCode is null && exception.HttpRequestError is HttpRequestError.ResponseEnded)
        {
            // Answered before the whole body was there, and closed: the client did not wait for the answer.
            return (400, null, "");
        }
    }

    [GeneratedRegex(@"\bat (Identity|OpenIddict|Microsoft|System)\.|\b\w+Exception\b|\bstack ?trace\b|/Identity\.Server/|\.cs:line", RegexOptions.IgnoreCase)]
    private static partial Regex Trace();
}
