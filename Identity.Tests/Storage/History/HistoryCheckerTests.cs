namespace Identity.Tests.Storage.History;

/// <summary>The checker finds what it is there for, and nothing in a history that is in order.</summary>
[TestFixture]
internal sealed class HistoryCheckerTests
{
    [Test]
    public void A_history_that_is_in_order_has_no_violation()
        => Assert.That(Check([
            Unit(1, "a=0 b=0", "a b", told: 1),
            Unit(2, "a=1", "a"),
            Unit(3, "a=1 b=1", "", told: 2, seen: 1),
            Unit(4, "b=1", "b", told: 3, outcome: HistoryOutcome.Failed),
            Unit(5, "a=2 b=1", "b", told: 4, seen: 3)], "a=2 b=5"), Is.Empty);

    [Test]
    public void A_change_that_was_told_as_done_and_is_not_there_is_found()
        => Assert.That(Check([Unit(1, "a=0", "a", told: 1)], "a=0"), Has.One.Contains("told as done, and lost"));

    [Test]
    public void A_change_that_was_overwritten_by_somebody_who_did_not_know_it_is_found()
        => Assert.That(Check([Unit(1, "a=0", "a", told: 1), Unit(2, "a=0", "a", told: 2)], "a=2"), Has.One.Contains("told as done, and lost"));

    [Test]
    public void Half_a_unit_is_found([Values] HistoryOutcome outcome)
        => Assert.That(
            Check([Unit(1, "a=0 b=0", "a b", outcome: outcome, told: outcome is HistoryOutcome.Unknown ? null : 1)], "a=1 b=0"),
            Has.One.Contains(outcome is HistoryOutcome.Done ? "told as done, and lost" : "half there"));

    [Test]
    public void A_read_of_what_a_crash_took_back_is_found()
        => Assert.That(Check([Unit(1, "a=0", "a"), Unit(2, "a=1", "", told: 1)], "a=0"), Has.One.Contains("taken back"));

    [Test]
    public void A_read_of_what_had_failed_is_found_even_if_a_crash_brought_it_back()
        => Assert.That(
            Check([Unit(1, "a=0", "a", told: 2, outcome: HistoryOutcome.Failed), Unit(2, "a=1", "", told: 1)], "a=1"), Has.One.Contains("had failed"));

    [Test]
    public void A_value_out_of_nowhere_is_found()
        => Assert.That(Check([Unit(1, "a=0", "b", told: 1)], "a=1"), Has.Some.Contains("nobody gave it"));

    [Test]
    public void A_read_of_an_older_value_than_somebody_was_told_of_is_found()
        => Assert.That(
            Check([Unit(1, "a=0", "a", told: 1), Unit(2, "a=0", "", told: 2, seen: 1)], "a=1"), Has.One.Contains("of a later value before"));

    [Test]
    public void A_read_of_a_part_of_a_unit_is_found()
        => Assert.That(
            Check([Unit(1, "a=0 b=0", "a b", told: 2), Unit(2, "a=1 b=0", "", told: 1)], "a=1 b=1"), Has.One.Contains("only a part of a unit"));

    [Test]
    public void A_version_that_goes_down_is_found()
        => Assert.That(
            Check([Unit(1, "a=0:9", "a", told: 1), Unit(2, "a=1:5", "", told: 2, seen: 1)], "a=1"), Has.One.Contains("versions of a do not go up"));

    private static IReadOnlyList<string> Check(HistoryUnit[] units, string last)
        => HistoryChecker.Check(units, Reads(last).ToDictionary(read => read.Register, read => read.Value));

    private static HistoryUnit Unit(int id, string reads, string writes, int? told = null, int seen = 0, HistoryOutcome? outcome = null)
        => new(id, seen, Reads(reads), writes.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            Told = told ?? int.MaxValue,
            Outcome = outcome ?? (told is null ? HistoryOutcome.Unknown : HistoryOutcome.Done),
        };

    private static List<HistoryRead> Reads(string text) => [.. text.Split(' ').Select((read, moment) =>
    {
        var (register, value) = (read.Split('=')[0], read.Split('=')[1].Split(':'));
        return new HistoryRead(register, int.Parse(value[0], null), value.Length > 1 ? long.Parse(value[1], null) : long.Parse(value[0], null), moment);
    })];
}
