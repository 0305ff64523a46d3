using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Identity.Server.Accounts.Providers;
using Identity.Server.Authorization;
using Identity.Server.ClientDocuments;
using Identity.Server.Tokens.Connections;
using NUnit.Framework;

namespace Identity.Tests.Pages;

/// <summary>The words of the pages: where they belong, all there, and none left over.</summary>
internal sealed partial class TextTests
{
    private static readonly string Server = Path.Combine(Infrastructure.Chromium.Root, "Identity.Server");

    public static IEnumerable<TestCaseData> Resources
        => Directory.EnumerateFiles(Server, "Texts.resx", SearchOption.AllDirectories)
            .Select(path => new TestCaseData(path).SetArgDisplayNames(Path.GetRelativePath(Server, Path.GetDirectoryName(path)!)));

    [TestCaseSource(nameof(Resources))]
    public void Every_text_is_used_and_every_text_that_is_used_exists(string path)
    {
        var keys = KeysOf(path);
        var code = string.Join('\n', Sources(Path.GetDirectoryName(path)!).Select(File.ReadAllText));
        // Pages in folders below ask for what they have in common, too.
        var below = string.Join('\n', Directory.EnumerateDirectories(Path.GetDirectoryName(path)!)
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*.cshtml", SearchOption.AllDirectories)).Select(File.ReadAllText));
        var shared = Shared().Matches(below).SelectMany(match => Literal().Matches(match.Value)).Select(match => match.Groups["text"].Value).ToHashSet(StringComparer.Ordinal);
        var asked = Asked().Matches(code).SelectMany(match => Literal().Matches(match.Value)).Select(match => match.Groups["text"].Value)
            .Where(key => !key.Contains('{', StringComparison.Ordinal));
        var composed = Composed().Matches(code).Select(match => Pattern(match.Groups["text"].Value)).ToList();

        Assert.Multiple(() =>
        {
            Assert.That(keys, Is.Ordered.Using((System.Collections.IComparer)StringComparer.Ordinal), "so that branches meet in one place");
            Assert.That(keys, Is.Unique);
            Assert.That(asked.Except(keys), Is.Empty, "used, but not there");
            Assert.That(shared.Except(keys), Is.Empty, "used from below, but not there");
            Assert.That(keys.Where(key => !shared.Contains(key) && !code.Contains($"\"{key}\"", StringComparison.Ordinal) && !composed.Exists(pattern => pattern.IsMatch(key))), Is.Empty, "there, but not used");
        });
    }

    [TestCase("Authorization/Connections", "Ended.", typeof(ConnectionEnding), "")]
    [TestCase("Authorization", "Consent.Changes.", typeof(DocumentChangeKind), "")]
    [TestCase("Accounts/Providers", "External.", typeof(ExternalProblem), ".Title")]
    [TestCase("Accounts/Providers", "External.", typeof(ExternalProblem), ".Lead")]
    [TestCase("Pages", "Error.", typeof(AuthorizationFault), ".Title")]
    [TestCase("Pages", "Error.", typeof(AuthorizationFault), ".What")]
    public void There_are_words_for_everything_that_can_be_the_case(string folder, string prefix, Type cases, string suffix)
        => Assert.That(Enum.GetNames(cases).Select(name => prefix + name + suffix).Except(KeysOf(Path.Combine(Server, folder, "Texts.resx"))), Is.Empty);

    [Test]
    public void No_page_has_words_of_its_own()
    {
        var attributes = Directory.EnumerateFiles(Server, "*.cshtml", SearchOption.AllDirectories)
            .SelectMany(path => Spoken().Matches(File.ReadAllText(path)).Select(match => $"{Path.GetRelativePath(Server, path)}: {match.Value}"));
        var pages = typeof(Identity.Server.Pages.Brand).Assembly.GetTypes().Where(type => type.FullName!.StartsWith("AspNetCoreGeneratedDocument.", StringComparison.Ordinal)).ToList();
        var words = pages.SelectMany(type => MarkupOf(type).SelectMany(text => Word().Matches(Tag().Replace(text, " ")).Select(match => $"{type.FullName}: {match.Value}")));

        Assert.That(pages, Is.Not.Empty);
        Assert.That(attributes.Concat(words), Is.Empty);
    }

    private static List<string> KeysOf(string path) => [.. XDocument.Load(path).Root!.Elements("data").Select(data => data.Attribute("name")!.Value)];

    /// <summary>The pages and classes of a folder, and of those below that have no texts of their own.</summary>
    private static IEnumerable<string> Sources(string folder)
        => Directory.EnumerateFiles(folder).Where(path => path.EndsWith(".cs", StringComparison.Ordinal) || path.EndsWith(".cshtml", StringComparison.Ordinal))
            .Concat(Directory.EnumerateDirectories(folder).Where(below => !File.Exists(Path.Combine(below, "Texts.resx"))).SelectMany(Sources));

    private static Regex Pattern(string composed) => new("^" + Hole().Replace(composed.Replace(".", "\\.", StringComparison.Ordinal), "[A-Za-z.]+") + "$");

    /// <summary>What the methods of a compiled page write as it is, without what they put in between.</summary>
    private static IEnumerable<string> MarkupOf(Type type)
    {
        const BindingFlags all = BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
        foreach (var method in type.GetMethods(all))
        {
            if (method.GetMethodBody()?.GetILAsByteArray() is not { } code)
            {
                continue;
            }

            var markup = new StringBuilder();
            for (var index = 0; index + 10 <= code.Length; index++)
            {
                // ldstr with the token of a string, then call or callvirt.
                if (code[index] is 0x72 && code[index + 4] is 0x70 && code[index + 5] is 0x28 or 0x6f
                    && type.Module.ResolveMethod(BitConverter.ToInt32(code, index + 6), type.GetGenericArguments(), null)?.Name is "WriteLiteral")
                {
                    markup.Append(type.Module.ResolveString(BitConverter.ToInt32(code, index + 1)));
                }
            }

            yield return markup.ToString();
        }

        foreach (var text in type.GetNestedTypes(all).SelectMany(MarkupOf))
        {
            yield return text;
        }
    }

    /// <summary>What the localizers are asked for, and what the annotations of forms say.</summary>
    [GeneratedRegex("""(?:[Tt]ext\[[^\n]*?\]|ErrorMessage = "[^"]*")""")]
    private static partial Regex Asked();

    [GeneratedRegex(@"Shared\[[^\n]*?\]")]
    private static partial Regex Shared();

    [GeneratedRegex("\"(?<text>[A-Z][A-Za-z.{}]*)\"")]
    private static partial Regex Literal();

    [GeneratedRegex("""\$"(?<text>(?:[A-Za-z.]|\{[^}"]*\})*\.(?:[A-Za-z.]|\{[^}"]*\})*)"[^.]""")]
    private static partial Regex Composed();

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex Hole();

    [GeneratedRegex(@"\s(?:alt|title|aria-label|placeholder)=""[^""@]*[a-z]{2}[^""]*""")]
    private static partial Regex Spoken();

    [GeneratedRegex("<[^>]*>")]
    private static partial Regex Tag();

    [GeneratedRegex("[A-Za-z]{2,}")]
    private static partial Regex Word();
}
