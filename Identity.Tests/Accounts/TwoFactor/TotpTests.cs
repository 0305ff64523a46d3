using CsCheck;
using Identity.Server.Accounts.TwoFactor;
using NUnit.Framework;

namespace Identity.Tests.Accounts.TwoFactor;

internal sealed class TotpTests
{
    // "12345678901234567890", the key of RFC 6238's examples.
    private const string Key = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

    // Appendix B, the last six of its eight digits.
    [TestCase(59, "287082")]
    [TestCase(1111111109, "081804")]
    [TestCase(1111111111, "050471")]
    [TestCase(1234567890, "005924")]
    [TestCase(2000000000, "279037")]
    [TestCase(20000000000, "353130")]
    public void Codes_are_those_of_the_RFC(long seconds, string code)
        => Assert.That(Totp.Compute(Key, DateTimeOffset.FromUnixTimeSeconds(seconds)), Is.EqualTo(code));

    [Test]
    public void A_code_counts_for_half_a_minute_more_or_less_and_only_after_the_last_one()
        => Gen.Select(Gen.Long[100, 4_000_000_000], Gen.Int[-120, 120], Gen.Long[-3, 3]).Sample((seconds, late, last) =>
        {
            var (made, typed) = (DateTimeOffset.FromUnixTimeSeconds(seconds), DateTimeOffset.FromUnixTimeSeconds(seconds + late));
            var step = seconds / Totp.Period;
            var distance = Math.Abs((typed.ToUnixTimeSeconds() / Totp.Period) - step);

            var found = Totp.FindStep(Key, Totp.Compute(Key, made), typed, after: step + last);

            // Two steps may share a code, once in a million: the later one is found then.
            return found == (distance <= 1 && last < 0 ? step : null) || Totp.Compute(Key, made.AddSeconds(30)) == Totp.Compute(Key, made);
        });

    [TestCase("")]
    [TestCase("28708")]
    [TestCase("2870820")]
    [TestCase("٢٨٧٠٨٢")]
    [TestCase("abcdef")]
    public void What_is_no_code_is_none(string code)
        => Assert.That(Totp.FindStep(Key, code, DateTimeOffset.FromUnixTimeSeconds(59), after: 0), Is.Null);

    [Test]
    public void Blanks_do_not_matter() => Assert.That(Totp.FindStep(Key, " 287 082 ", DateTimeOffset.FromUnixTimeSeconds(59), after: 0), Is.EqualTo(1));
}
