using System.Text;
using System.Text.Json;
using Identity.Stores.FileSystem.Models;
using Identity.Stores.FileSystem.Stores;

namespace Identity.Tests.Stores;

/// <summary>The reader of authorizations says what the serializer says, or nothing.</summary>
[TestFixture]
internal sealed class AuthorizationReaderTests
{
    private const string Line =
        """
        {"id":"kYPmamdjpQ6rqsyuM4MOxg","application_id":"a","subject":"alice","status":"valid","type":"permanent","scopes":["openid","b"],
        "creation_date":"2026-11-24T12:22:22.5596412+00:00","properties":{"used":"x","list":[1,{"a":null}]},"version":107539,"crc":"abb2f2be"}
        """;

    [Test]
    public void An_entry_as_it_is_written_is_read_with_every_member()
    {
        using var line = JsonDocument.Parse(Line);
        Assert.That(AuthorizationReader.TryRead(Encoding.UTF8.GetBytes(Line), default), Is.Not.Null);
        Assert.That(line.RootElement.EnumerateObject().Select(member => member.Name), Is.EquivalentTo([.. Collections.Authorizations.MemberNames, "crc"]));
    }

    [Test]
    public void A_byte_that_is_another_one_or_missing_or_added_is_taken_as_the_serializer_takes_it()
    {
        var line = Encoding.UTF8.GetBytes(Line);
        AssertSame(line);
        foreach (var place in Enumerable.Range(0, line.Length))
        {
            AssertSame([.. line[..place], .. line[(place + 1)..]]);
            AssertSame([.. line[..place]]);
            foreach (var other in TokenReaderTests.Bytes)
            {
                AssertSame([.. line[..place], other, .. line[(place + 1)..]]);
                AssertSame([.. line[..place], other, .. line[place..]]);
            }
        }
    }

    private static void AssertSame(byte[] json) => TokenReaderTests.AssertSame(json, AuthorizationReader.TryRead);
}
