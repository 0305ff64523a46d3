using System.Text.Json.Nodes;
using Identity.Server.Authorization;
using Identity.Server.Hosting;
using Identity.Server.Tokens.Refresh;
using Identity.Stores.FileSystem;
using Identity.Stores.FileSystem.Storage;
using Identity.Stores.FileSystem.Stores;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Identity.Tests.Storage;

/// <summary>
/// A directory that the last version with format 1 wrote, in the folder <c>Format1</c>: a user, four clients that registered themselves
/// and one that did not, their connections, one of them revoked, and a journal, since that server was killed.
/// </summary>
internal static class Format1Directory
{
    /// <summary>The name under which that server was asked, which is its issuer.</summary>
    public const string Host = "127.0.0.1:35839";

    public const string PublicClient = "oFB1BXxTukOUEtsNfcPOvA";

    public const string ConfidentialClient = "QBh6liFBSzC-PKJOw0AJkQ";
    public const string ConfidentialSecret = "-OyuT806DmoXBs3ERgWFITmyNZIPeIyYHVNOmKwOISk";

    /// <summary>A refresh token whose successor is <see cref="PublicToken"/>, and was not used.</summary>
    public const string RedeemedToken = "5a2x47X9otP24ymgWVgE8w1XOLvsdRKtkDDY5sbwfb4";

    public const string PublicToken = "VfL_W6Ccjs86E60raCcpzsULzMrNguEsaj7atKd4PrU";

    public const string ConfidentialToken = "gQmveh7pulwN7G5KBSRrvJr8Hp6UQeadcJq-HfDUE64";

    /// <summary>When it was written; its refresh tokens expire a day later.</summary>
    public static readonly DateTimeOffset Written = new(2026, 11, 24, 5, 53, 16, TimeSpan.Zero);

    public static readonly IReadOnlyList<CollectionDefinition> Definitions =
    [
        Collections.Applications, Collections.Authorizations, Collections.Scopes, Collections.RefreshTokens, Collections.Users, ConsentStore.Definition, HealthProbe.Definition,
    ];

    private static string Source => Path.Combine(AppContext.BaseDirectory, "Storage", "Format1");

    public static IEnumerable<string> Names => Directory.EnumerateFiles(Source, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(Source, path)).Order(StringComparer.Ordinal);

    /// <summary>Copies it to a path where nothing is yet.</summary>
    public static void CopyTo(string path)
    {
        foreach (var name in Names)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(path, name))!);
            File.Copy(Path.Combine(Source, name), Path.Combine(path, name));
        }
    }

    public static MemoryFileSystem InMemory(string root)
    {
        var files = new MemoryFileSystem(root);
        foreach (var name in Names)
        {
            files[name] = File.ReadAllBytes(Path.Combine(Source, name));
        }

        return files.AfterKill();
    }

    public static StorageDirectory Open(IFileSystem files, string root)
        => StorageDirectory.Open(files, new FileSystemStorageOptions { Directory = root }, Definitions, new FakeTimeProvider(Written), NullLogger.Instance);

    /// <summary>What is in a directory, of either format, as the JSON of each entry by collection and identifier; nothing is changed.</summary>
    public static SortedDictionary<string, string> Read(MemoryFileSystem files, string root)
    {
        var states = Definitions.ToDictionary(definition => definition.Name, definition => definition.CreateState());
        new DirectoryLoader(files, root, states, new FileSystemStorageOptions(), new FakeTimeProvider(Written), NullLogger.Instance).Read();
        return new(states.Values.SelectMany(state => state.Capture().Select(entity => ($"{state.Name}/{entity.Id}", System.Text.Encoding.UTF8.GetString(state.ToJson(entity)))))
            .ToDictionary(entry => entry.Item1, entry => entry.Item2), StringComparer.Ordinal);
    }

    /// <summary>What the same entries are in format 2: of the payload of refresh tokens that are spent a word is left.</summary>
    public static SortedDictionary<string, string> Expect(SortedDictionary<string, string> before)
    {
        var expected = new SortedDictionary<string, string>(before, StringComparer.Ordinal);
        foreach (var (key, json) in before.Where(entry => entry.Key.StartsWith("refresh_tokens/", StringComparison.Ordinal)))
        {
            var token = JsonNode.Parse(json)!.AsObject();
            if ((string?)token["status"] is "redeemed" && token["properties"]?["successor"] is null)
            {
                expected[key] = json.Replace($"\"payload\":\"{token["payload"]}\"", $"\"payload\":\"{RefreshTokenChain.SpentPayload}\"", StringComparison.Ordinal);
            }
        }

        return expected;
    }
}
