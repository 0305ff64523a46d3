using System.Text;
using System.Text.Json;
using System.Xml.Linq;
using Identity.Tests.Infrastructure;

namespace Identity.Tests.EndToEnd;

/// <summary>No secret is anywhere but in the one answer that delivers it: in no file, no log at any level, and no other answer.</summary>
internal sealed class SecretTests
{
    // As much as can be had.
    private static readonly string[] Everything =
    [
        .. new[] { "Default", "Microsoft", "Microsoft.AspNetCore", "Microsoft.AspNetCore.DataProtection", "Microsoft.AspNetCore.Server.Kestrel.BadRequests", "Microsoft.AspNetCore.Server.Kestrel.Connections", "OpenIddict", "Quartz" }
            .Select(category => $"--Logging:LogLevel:{category}=Trace"),
        "--Logging:Console:FormatterOptions:IncludeScopes=true",
    ];

    [Test]
    public async Task Nothing_that_happens_leaves_a_secret_in_a_file_a_log_or_an_answer_to_somebody_else()
    {
        var recorder = new ResponseRecorder();
        List<Place> places = [];
        await using var scene = await ProcessScene.StartEmptyAsync(recorder, Everything);
        var story = new SecretStory(scene, recorder);
        await story.TellAsync();
        Assert.That(scene.Server.Output, Has.Length.GreaterThan(1_000_000), "it logged everything");
        places.AddRange(ReadFiles(scene, "after a while"));
        await scene.Server.KillAsync();
        places.AddRange(ReadConsole(scene, "of the killed server"));
        places.Add(await RunAsync(scene, "storage", "verify"));

        // What somebody typed has no form by which it could be known. As the server logs by itself, it is nowhere either.
        await scene.Server.StartAgainAsync([]);
        await story.GoOnAsync();
        Assert.That(await scene.Server.StopAsync(), Is.Zero);
        places.AddRange(ReadConsole(scene, "of the stopped server"));
        places.AddRange(ReadFiles(scene, "after the end"));

        NoteKeys(scene, story.Secrets);
        places.AddRange(recorder.Places);
        AssertOnlyDelivered(story.Secrets, places);
    }

    [Test]
    public void A_secret_is_found_in_every_form()
    {
        const string Value = "n8Xk-Zq_41vT0wLrYb7Hc2Md9Pf6Gs3Ja5Ue-Ri_Ox1";
        var secrets = new Secrets();
        secrets.Add("the secret", Value);
        foreach (var (form, text) in Secrets.FormsOf(Value))
        {
            Assert.That(secrets.FindIn(new("somewhere", Encoding.Latin1.GetBytes($"before {text} after"))), Is.Not.Empty, form);
        }

        string[] leaks =
        [
            $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"client:{Value}"))}",
            $"…{Value[^20..]}",
            $"{Value[..20]}…",
        ];
        foreach (var leak in leaks)
        {
            Assert.That(secrets.FindIn(new("somewhere", Encoding.UTF8.GetBytes(leak))), Is.Not.Empty, leak);
        }

        Assert.That(secrets.FindIn(new("somewhere", Encoding.UTF8.GetBytes($"{Value[..19]} {Value[1..19]} nothing"))), Is.Empty);
    }

    private static void AssertOnlyDelivered(Secrets secrets, List<Place> places)
    {
        Assert.That(places, Has.Count.GreaterThan(200), "answers, files and logs");
        var found = places.SelectMany(place => secrets.FindIn(place).Select(match => (place.Name, match.Secret, match.Form))).Distinct().ToList();
        var leaks = found.Where(match => !match.Secret.IsDeliveredBy(match.Name));
        Assert.That(string.Join('\n', leaks.Select(leak => $"{leak.Name} holds {leak.Secret.Name} ({leak.Form})").Distinct().Order(StringComparer.Ordinal)), Is.Empty);

        // What was delivered was found there: the search sees.
        var seen = found.Select(match => match.Secret).ToHashSet();
        Assert.That(secrets.All.Where(secret => secret.DeliveredBy.Count > 0 && !seen.Contains(secret)).Select(secret => secret.Name), Is.Empty);
    }

    /// <summary>The keys themselves, which may be nowhere but in their own files.</summary>
    private static void NoteKeys(ProcessScene scene, Secrets secrets)
    {
        foreach (var name in scene.ListFiles().Where(name => name.StartsWith("keys/", StringComparison.Ordinal)))
        {
            var content = scene.ReadFile(name);
            IEnumerable<string?> values = name.EndsWith(".json", StringComparison.Ordinal)
                ? JsonDocument.Parse(content).RootElement.EnumerateObject().Where(member => member.Name is "d" or "k").Select(member => member.Value.GetString())
                : XElement.Parse(content).Descendants("masterKey").Select(key => key.Element("value")?.Value);
            foreach (var value in values)
            {
                secrets.Add($"the key of {name}", value!, "file keys/");
            }
        }
    }

    private static IEnumerable<Place> ReadFiles(ProcessScene scene, string when) => scene.ListFiles()
        .Where(name => name is not ".lock" || new FileInfo(Path.Combine(scene.Server.StorageDirectory, name)).Length > 0)
        .Select(name => new Place($"file {name} {when}", Encoding.Latin1.GetBytes(scene.ReadFile(name))));

    private static IEnumerable<Place> ReadConsole(ProcessScene scene, string whose)
    {
        var (entry, content) = ("", new StringBuilder());
        foreach (var line in scene.Server.Output.Split('\n').Concat(scene.Server.Errors.Split('\n')))
        {
            // An entry is a line with level, category and number, and the lines below it, which are set in.
            if (!line.StartsWith(' '))
            {
                yield return new($"console {whose}: {entry}", Encoding.UTF8.GetBytes(content.ToString()));
                entry = string.Join(' ', line.Split(' ').Skip(char.IsAsciiDigit(line.FirstOrDefault()) ? 1 : 0).Take(2));
                content.Clear();
            }

            content.Append(line).Append('\n');
        }

        yield return new($"console {whose}: {entry}", Encoding.UTF8.GetBytes(content.ToString()));
    }

    private static async Task<Place> RunAsync(ProcessScene scene, params string[] command)
    {
        var (exitCode, output, errors) = await scene.Server.RunCommandAsync(command);
        Assert.That(exitCode, Is.Zero, output + errors);
        return new($"output of {string.Join(' ', command)}", Encoding.UTF8.GetBytes(output + errors));
    }
}
