using System.Net;
using Identity.Stores.FileSystem;
using Identity.Stores.FileSystem.Storage;
using Identity.Tests.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using NUnit.Framework;

namespace Identity.Tests.Tokens;

/// <summary>What becomes of a refresh whose changes cannot be written.</summary>
internal sealed class RefreshFaultTests
{
    private readonly FaultyFileSystem _files = new();
    private TokenScene _scene = null!;
    private TestClient _client = null!;

    [SetUp]
    public async Task SetUp()
    {
        _files.Decide = (_, _) => Fault.None;
        _scene = await TokenScene.StartAsync(builder => builder.Services.Replace(ServiceDescriptor.Singleton(provider => StorageDirectory.Open(
            _files,
            provider.GetRequiredService<IOptions<FileSystemStorageOptions>>().Value,
            provider.GetServices<CollectionDefinition>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<StorageDirectory>>()))));
        _client = await _scene.RegisterAsync();
    }

    [TearDown]
    public async Task TearDown()
    {
        _files.Decide = (_, _) => Fault.None;
        await _scene.DisposeAsync();
    }

    [TestCase("Write")]
    [TestCase("Flush")]
    public async Task A_refresh_that_cannot_be_written_fails_changes_nothing_and_leaves_the_connection_unlocked(string call)
    {
        var first = await _scene.ConnectAsync(_client);
        var before = await _scene.ListTokensAsync(first.AuthorizationId);

        _files.Decide = (_, name) => name == call ? Fault.Before : Fault.None;
        var failed = await Task.WhenAll(_scene.RefreshAsync(_client, first.RefreshToken!), _scene.RefreshAsync(_client, first.RefreshToken!));
        _files.Decide = (_, _) => Fault.None;

        Assert.That(failed.Select(answer => answer.Status), Is.All.EqualTo(HttpStatusCode.ServiceUnavailable));
        Assert.That(await _scene.ListTokensAsync(first.AuthorizationId), Is.EqualTo(before));
        var second = Tokens.From(await _scene.RefreshAsync(_client, first.RefreshToken!));
        Tokens.From(await _scene.RefreshAsync(_client, second.RefreshToken!));
    }

    [Test]
    public async Task A_revocation_that_cannot_be_written_is_not_told_as_done()
    {
        var tokens = await _scene.ConnectAsync(_client);

        _files.Decide = (_, name) => name is "Flush" ? Fault.Before : Fault.None;
        var failed = await _scene.RevokeAsync(_client, tokens.RefreshToken!);
        _files.Decide = (_, _) => Fault.None;

        Assert.That(failed.Status, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
        Tokens.From(await _scene.RefreshAsync(_client, tokens.RefreshToken!));
    }

    [Test]
    public async Task A_redeemed_token_and_its_successor_are_one_line_of_the_journal()
    {
        var first = await _scene.ConnectAsync(_client);
        var before = JournalLines();

        await _scene.RefreshAsync(_client, first.RefreshToken!);

        var line = JournalLines().Except(before).Where(line => line.Contains("\"refresh_tokens\"", StringComparison.Ordinal)).ToList();
        Assert.That(line, Has.Count.EqualTo(1));
        Assert.That(line[0], Does.Contain("\"redeemed\"").And.Contain("\"valid\"").And.Contain("\"successor\""));
    }

    private List<string> JournalLines()
    {
        var lines = new List<string>();
        foreach (var name in _scene.Server.Files.Where(name => name.EndsWith(".jsonl", StringComparison.Ordinal)))
        {
            using var reader = new StreamReader(new FileStream(Path.Combine(_scene.Server.StorageDirectory, name), FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
            lines.AddRange(reader.ReadToEnd().Split('\n'));
        }

        return lines;
    }
}
