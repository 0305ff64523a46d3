using System.Buffers.Text;
using System.Diagnostics;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Web;
using Identity.Benchmarks.Yardsticks;
using Identity.Stores.FileSystem;
using Identity.Tests.Infrastructure;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace Identity.Benchmarks.Load;

/// <summary>What a server has before it is measured: tokens, an account, and clients that went the whole way to their first token.</summary>
internal static class Preparation
{
    private const string UserName = "alice";
    private const string Password = "quiet-river-lamp";
    private const string RedirectUri = "https://client.example/callback";

    private static int _registrations;

    /// <summary>A registration as native clients send it, of a client that no other one is: those that ask for the same would share one.</summary>
    public static string Registration =>
        $$"""{"client_name":"Load {{Interlocked.Increment(ref _registrations)}}","redirect_uris":["{{RedirectUri}}"],"token_endpoint_auth_method":"none","grant_types":["authorization_code","refresh_token"]}""";

    /// <summary>Fills the files of a server that was never started.</summary>
    public static async Task SeedAsync(ServerUnderLoad server, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(server.StorageDirectory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        if (server.Candidate.Tokens is 0 || server.Candidate.Name is YardstickCommand.Memory)
        {
            return;
        }

        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton(TimeProvider.System);
        services.AddOpenIddict().AddCore(core =>
        {
            if (server.Candidate.Program is null)
            {
                SqliteStore.Add(core, server.StorageDirectory);
            }
            else
            {
                core.UseFileSystem(options => options.Directory = server.StorageDirectory);
            }
        });
        await using var provider = services.BuildServiceProvider();
        if (server.Candidate.Program is null)
        {
            SqliteStore.Prepare(provider);
        }

        await TokenSeed.WriteAsync(provider, server.Candidate.Tokens, cancellationToken);
        SqliteConnection.ClearAllPools();
    }

    /// <summary>Creates the account, for a server that has any; called while it is not running.</summary>
    public static async Task AddAccountAsync(ServerUnderLoad server, CancellationToken cancellationToken)
    {
        if (server.Candidate.Program is null)
        {
            return;
        }

        var start = server.Candidate.CreateStart("users", "add", UserName, "--password-stdin", $"--Identity:StorageDirectory={server.StorageDirectory}");
        (start.RedirectStandardInput, start.RedirectStandardOutput, start.RedirectStandardError) = (true, true, true);
        using var process = Process.Start(start)!;
        await process.StandardInput.WriteLineAsync(Password);
        process.StandardInput.Close();
        var errors = await process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode is not 0)
        {
            throw new InvalidOperationException($"The account was not created: {errors}");
        }
    }

    /// <summary>Takes clients from registration over sign-in and consent to their first refresh token, over HTTP.</summary>
    public static async Task<IReadOnlyList<Chain>> ConnectAsync(ServerUnderLoad server, int clients, string scope, CancellationToken cancellationToken)
    {
        // One person, who signs in once and then consents to each client.
        using var browser = new HttpBrowser(server.Address);
        using var http = new HttpClient { BaseAddress = server.Address };
        var chains = new List<Chain>();
        for (var client = 0; client < clients; client++)
        {
            using var registration = await http.PostAsync(
                YardstickRegistration.Path, new StringContent(Registration, Encoding.UTF8, "application/json"), cancellationToken);
            var clientId = (await ReadAsync(registration, cancellationToken)).GetProperty("client_id").GetString()!;
            var verifier = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
            var address = await browser.AuthorizeAsync(new Uri(server.Address, QueryHelpers.AddQueryString("/connect/authorize", new Dictionary<string, string?>
            {
                ["client_id"] = clientId,
                ["response_type"] = "code",
                ["redirect_uri"] = RedirectUri,
                ["scope"] = scope,
                ["code_challenge"] = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(verifier))),
                ["code_challenge_method"] = "S256",
            })), UserName, Password, cancellationToken);
            using var answer = await http.PostAsync("/connect/token", new FormUrlEncodedContent(new Dictionary<string, string>
            {
                ["grant_type"] = "authorization_code",
                ["client_id"] = clientId,
                ["code"] = HttpUtility.ParseQueryString(address.Query)["code"] ?? throw new InvalidOperationException($"There is no code: {address}"),
                ["redirect_uri"] = RedirectUri,
                ["code_verifier"] = verifier,
            }), cancellationToken);
            chains.Add(new Chain(clientId, (await ReadAsync(answer, cancellationToken)).GetProperty("refresh_token").GetString()!));
        }

        return chains;
    }

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
        => response.IsSuccessStatusCode
            ? await response.Content.ReadFromJsonAsync<JsonElement>(cancellationToken)
            : throw new InvalidOperationException(await response.Content.ReadAsStringAsync(cancellationToken));
}
