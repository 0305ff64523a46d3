using System.Text.RegularExpressions;
using NUnit.Framework;
using NUnit.Framework.Interfaces;

namespace Identity.Tests.Documentation;

/// <summary>docs/security.md names what there is, and leaves nothing of RFC 9700 out.</summary>
internal sealed partial class SecurityTableTests
{
    private static readonly string Root = FindRoot();
    private static readonly string Page = File.ReadAllText(Path.Combine(Root, "docs", "security.md"));

    /// <summary>The rows of all tables, heads aside, as their cells.</summary>
    private static readonly List<string[]> Rows =
    [
        .. Page.Split('\n')
            .Where(line => line.StartsWith("| ", StringComparison.Ordinal) && !line.StartsWith("| ---", StringComparison.Ordinal))
            .Select(line => line.Trim().Trim('|').Split('|', StringSplitOptions.TrimEntries))
            .Where(cells => cells[^1] != "held by"),
    ];

    [Test]
    public void Every_test_that_is_named_exists()
    {
        var tests = typeof(SecurityTableTests).Assembly.GetTypes()
            .SelectMany(type => type.GetMethods()
                .Where(method => method.GetCustomAttributes(inherit: true).Any(attribute => attribute is ISimpleTestBuilder or ITestBuilder))
                .Select(method => $"{type.Name}.{method.Name}"))
            .ToHashSet(StringComparer.Ordinal);

        var named = TestName().Matches(Page).Select(match => match.Groups[1].Value).Distinct().ToList();

        Assert.That(named, Has.Count.GreaterThan(50), "the page is read as it is written");
        Assert.That(named.Where(name => !tests.Contains(name)), Is.Empty);
    }

    [Test]
    public void Every_requirement_has_a_test_or_says_why_not()
    {
        Assert.That(Rows, Has.Count.GreaterThan(50));
        foreach (var cells in Rows)
        {
            var row = string.Join(" | ", cells);
            Assert.That(cells, Has.Length.EqualTo(cells[0].StartsWith("2.", StringComparison.Ordinal) || cells[0].StartsWith("4.", StringComparison.Ordinal) ? 5 : 3), row);
            var isExcused = cells[^2].StartsWith("Not ours", StringComparison.Ordinal) || cells[^2].StartsWith("Not done", StringComparison.Ordinal);
            Assert.That(TestName().IsMatch(cells[^1]), Is.EqualTo(!isExcused), row);
        }
    }

    [Test]
    public void Every_section_is_there_that_asks_something_of_a_server()
    {
        string[] sections =
        [
            "2.1", "2.1.1", "2.1.2", "2.2.1", "2.2.2", "2.3", "2.4", "2.5", "2.6",
            "4.1", "4.2", "4.3.1", "4.3.2", "4.4", "4.5", "4.6", "4.7", "4.8", "4.9.1", "4.9.2", "4.10.1", "4.10.2", "4.11.1", "4.11.2",
            "4.12", "4.13", "4.14", "4.15", "4.16", "4.17",
        ];

        Assert.That(sections.Except(Rows.Select(cells => cells[0])), Is.Empty);
    }

    [Test]
    public void Every_place_that_is_named_exists()
    {
        var places = Rows.SelectMany(cells => Place().Matches(cells[^2])).Select(match => match.Groups[1].Value).Distinct().ToList();

        Assert.That(places, Has.Count.GreaterThan(15));
        Assert.That(places.Where(place => !Exists(Path.Combine(Root, "Identity.Server", place))), Is.Empty);
        var links = Link().Matches(Page).Select(match => match.Groups[1].Value).ToList();
        Assert.That(links.Where(link => !File.Exists(Path.Combine(Root, "docs", link))), Is.Empty);
    }

    private static bool Exists(string path) => Directory.Exists(path) || File.Exists(path + ".cs");

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "Identity.slnx")))
        {
            folder = folder.Parent;
        }

        return folder.FullName;
    }

    [GeneratedRegex("`([A-Za-z0-9]+Tests\\.[A-Za-z0-9_]+)`")]
    private static partial Regex TestName();

    [GeneratedRegex("`([A-Z][A-Za-z]+(?:/[A-Z][A-Za-z]+)+)`")]
    private static partial Regex Place();

    [GeneratedRegex("\\]\\(([^)#:]+)(?:#[^)]*)?\\)")]
    private static partial Regex Link();
}
