using System.Buffers.Text;
using Identity.Server.Tokens.Refresh;
using NUnit.Framework;

namespace Identity.Tests.Tokens;

/// <summary>What rests on a redeemed entry can be read with the token that was redeemed, and with nothing else.</summary>
internal sealed class SuccessorProtectorTests
{
    private const string Successor = "2n4bC0eUqHk2rV7XQv4m8o2y3gq0w1s5t7a9d6f8h0k";
    private const string Predecessor = "9f3aX1cUqHk2rV7XQv4m8o2y3gq0w1s5t7a9d6f8h0k";

    [Test]
    public void The_predecessor_reads_the_successor()
        => Assert.That(SuccessorProtector.Unprotect(SuccessorProtector.Protect(Successor, Predecessor), Predecessor), Is.EqualTo(Successor));

    [Test]
    public void Another_token_reads_nothing()
        => Assert.That(SuccessorProtector.Unprotect(SuccessorProtector.Protect(Successor, Predecessor), Successor), Is.Null);

    [Test]
    public void The_same_value_is_never_protected_twice_alike()
    {
        var (first, second) = (SuccessorProtector.Protect(Successor, Predecessor), SuccessorProtector.Protect(Successor, Predecessor));

        Assert.That(second, Is.Not.EqualTo(first));
    }

    [Test]
    public void A_change_of_any_byte_is_noticed()
    {
        var value = Base64Url.DecodeFromChars(SuccessorProtector.Protect(Successor, Predecessor));
        for (var index = 0; index < value.Length; index++)
        {
            var changed = value.ToArray();
            changed[index] ^= 1;
            Assert.That(SuccessorProtector.Unprotect(Base64Url.EncodeToString(changed), Predecessor), Is.Null);
        }
    }

    [TestCase("")]
    [TestCase("AAAA")]
    [TestCase("not base64url!")]
    public void What_is_no_protected_value_is_read_as_nothing(string value)
        => Assert.That(SuccessorProtector.Unprotect(value, Predecessor), Is.Null);
}
