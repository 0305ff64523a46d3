using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Identity.Server.Hosting;
using Identity.Server.Tokens.Refresh;
using Identity.Stores.FileSystem.Storage;
using Identity.Tests.Infrastructure;

namespace Identity.Tests.Storage;

/// <summary>A directory of format 1, which an earlier version wrote, under the present one.</summary>
[TestFixture]
internal sealed class UpgradeTests
{
    [Test]
    public async Task The_server_starts_on_it_its_refresh_tokens_work_and_the_old_files_are_kept()
    {
        await using var server = await TestServer.StartOverAsync(Format1Directory.CopyTo, Format1Directory.Written.AddMinutes(1));
        Assert.That(server.Log.Entries.Select(entry => entry.Message), Has.Some.Contains("had format 1 and was brought to format 2").And.Some.Contains("before-upgrade-1"));

        using var http = server.CreateClient();
        var again = await RefreshAsync(http, Format1Directory.PublicClient, null, Format1Directory.RedeemedToken);
        Assert.That(again.GetProperty("refresh_token").GetString(), Is.EqualTo(Format1Directory.PublicToken), "the successor that was not used yet");
        var next = await RefreshAsync(http, Format1Directory.PublicClient, null, Format1Directory.PublicToken);
        var confidential = await RefreshAsync(http, Format1Directory.ConfidentialClient, Format1Directory.ConfidentialSecret, Format1Directory.ConfidentialToken);
        await server.RestartAsync();
        using var after = server.CreateClient();
        await RefreshAsync(after, Format1Directory.PublicClient, null, next.GetProperty("refresh_token").GetString()!);
        await RefreshAsync(after, Format1Directory.ConfidentialClient, Format1Directory.ConfidentialSecret, confidential.GetProperty("refresh_token").GetString()!);
        await server.StopAsync();

        foreach (var name in Format1Directory.Names)
        {
            var kept = name.StartsWith("keys/", StringComparison.Ordinal) ? name : $"before-upgrade-1/{name}";
            Assert.That(await File.ReadAllBytesAsync(Path.Combine(server.StorageDirectory, kept)),
                Is.EqualTo(await File.ReadAllBytesAsync(Path.Combine(AppContext.BaseDirectory, "Storage", "Format1", name))), name);
        }

        foreach (var name in server.Files.Where(name => !name.Contains('/', StringComparison.Ordinal) && name.EndsWith(".json", StringComparison.Ordinal)))
        {
            Assert.That(JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(server.StorageDirectory, name)))!["format"]!.GetValue<int>(), Is.EqualTo(2), name);
        }
    }

    [Test]
    public void Every_entry_comes_over_and_tokens_that_are_spent_lose_their_payload()
    {
        using var notes = new MemoryNotes();
        var files = Format1Directory.InMemory(notes.Root);
        var before = Format1Directory.Read(files, notes.Root);
        var expected = Format1Directory.Expect(before);
        Assert.That(before, Has.Count.EqualTo(22));
        Assert.That(before.Count(entry => entry.Value != expected[entry.Key]), Is.EqualTo(2), "two refresh tokens are spent");
        var storage = Format1Directory.Open(files, notes.Root);
        DirectoryAssert.Same(Format1Directory.Read(files, notes.Root), expected, "the files");
        Assert.That(storage.GetCollection(Identity.Stores.FileSystem.Stores.Collections.RefreshTokens).Count, Is.EqualTo(8));
        DirectoryAssert.Kept("before-upgrade-1", files, Format1Directory.InMemory(notes.Root).Content, "the old files");
    }

    [Test]
    public void A_key_that_was_being_written_when_the_old_server_was_killed_is_taken_in()
    {
        using var notes = new MemoryNotes();
        var files = Format1Directory.InMemory(notes.Root);
        files["keys/signing-unnamed.json"] = "{}"u8.ToArray();
        Assert.That(Format1Directory.Open(files, notes.Root).ListFiles("keys"), Does.Contain("signing-unnamed.json"));
        Assert.That(Format1Directory.Open(files, notes.Root).ListFiles("keys"), Does.Contain("signing-unnamed.json"));
    }

    [Test]
    public void A_damaged_one_is_refused_and_recovered_into_the_present_format()
    {
        using var notes = new MemoryNotes();
        foreach (var name in Format1Directory.Names)
        {
            var files = Format1Directory.InMemory(notes.Root);
            var damaged = files[name].ToArray();
            damaged[damaged.Length / 3] ^= 4;
            files[name] = damaged;
            var before = files.Content;
            Assert.That(() => Format1Directory.Open(files, notes.Root), Throws.InstanceOf<StorageException>().With.Message.Contains(name));
            DirectoryAssert.Unchanged(files, before, name);
            var offline = new OfflineDirectory(files, new() { Directory = notes.Root }, Format1Directory.Definitions, notes.Time);
            Assert.That(offline.Recover().Findings, Is.Not.Empty, name);
            Assert.That(offline.Verify().Findings, Is.Empty, name);
            Assert.That(Encoding.UTF8.GetString(files["clients.json"]), Does.StartWith("{\"format\":2"), name);
            DirectoryAssert.Kept("before-recovery-", files, before, name);
            Assert.That(Format1Directory.Read(files, notes.Root).Values.Where(json => json.Contains("\"redeemed\"", StringComparison.Ordinal) && !json.Contains("successor", StringComparison.Ordinal)),
                Has.All.Contains($"\"payload\":\"{RefreshTokenChain.SpentPayload}\""), name);
        }
    }

    [Test]
    public void A_journal_that_was_cut_short_is_noticed_there_too()
    {
        using var notes = new MemoryNotes();
        var files = Format1Directory.InMemory(notes.Root);
        files["journal-1.jsonl"] = [.. files["journal-1.jsonl"], .. "      "u8];
        Assert.That(() => Format1Directory.Open(files, notes.Root), Throws.Nothing, "a line had not reached there yet");
        files = Format1Directory.InMemory(notes.Root);
        files["journal-1.jsonl"] = files["journal-1.jsonl"][..9_000];
        Assert.That(() => Format1Directory.Open(files, notes.Root), Throws.InstanceOf<StorageException>().With.Message.Contains("cut short"));
    }

    [Test]
    public void Files_of_both_formats_in_one_directory_are_refused()
    {
        using var notes = new MemoryNotes();
        var old = Format1Directory.InMemory(notes.Root);
        var upgraded = old.AfterKill();
        Format1Directory.Open(upgraded, notes.Root);
        foreach (var (files, other) in ((MemoryFileSystem, MemoryFileSystem)[])[(old, upgraded), (upgraded, old)])
        {
            foreach (var name in files.Names.Where(name => name.EndsWith(".json", StringComparison.Ordinal) && !name.Contains('/', StringComparison.Ordinal)))
            {
                var mixed = files.AfterKill();
                mixed[name] = other[name];
                Assert.That(() => Format1Directory.Open(mixed, notes.Root), Throws.InstanceOf<StorageException>(), name);
            }
        }
    }

    private static async Task<JsonElement> RefreshAsync(HttpClient http, string client, string? secret, string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/connect/token")
        {
            Content = new FormUrlEncodedContent([new("grant_type", "refresh_token"), new("refresh_token", token), .. secret is null ? [KeyValuePair.Create("client_id", client)] : Array.Empty<KeyValuePair<string, string>>()]),
        };
        request.Headers.Host = Format1Directory.Host;
        request.Headers.Authorization = secret is null ? null : new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{client}:{secret}")));
        using var response = await http.SendAsync(request);
        var answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK), answer.ToString());
        return answer;
    }
}
