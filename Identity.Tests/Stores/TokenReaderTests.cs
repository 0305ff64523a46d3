using System.Text;
using System.Text.Json;
using Identity.Stores.FileSystem.Models;
using Identity.Stores.FileSystem.Storage;
using Identity.Stores.FileSystem.Stores;

namespace Identity.Tests.Stores;

/// <summary>The reader of tokens says what the serializer says, or nothing.</summary>
[TestFixture]
internal sealed class TokenReaderTests
{
    private const string Line =
        """
        {"id":"kYPmamdjpQ6rqsyuM4MOxg","application_id":"a","authorization_id":"b","subject":"alice","type":"t","status":"valid",
        "creation_date":"2026-11-24T12:22:22.5596412+00:00","expiration_date":"2026-11-25T12:24:10+01:00","redemption_date":"2026-11-24T12:22:22Z",
        "reference_id":"izlJYg2C94efaoBBdYAVENrabGTDoHzhGwBU5PVgYFs=","payload":"vjCh8iXzyBDLTpzr-LdRYyEbDxQZja1V6BVSLJrU4rJOGcaF",
        "properties":{"successor":"x","list":[1,{"a":null}]},"version":107539,"crc":"abb2f2be"}
        """;

    // What JSON is made of, and what it cannot hold.
    internal static readonly byte[] Bytes = [.. "\"\\{}[],: 0-.eEnZtTu/\n\t\0_a"u8, 0xC3, 0xA5, 0xFF];

    [Test]
    public void An_entry_as_it_is_written_is_read()
    {
        Assert.That(TokenReader.TryRead(Encoding.UTF8.GetBytes(Line), default), Is.Not.Null);
        AssertSame(Encoding.UTF8.GetBytes(Line));
        foreach (var properties in (string[])["{}", "{ }", "null", "[]", "1", "{\"a\":1}", "{\"a\":{}}"])
        {
            AssertSame(Encoding.UTF8.GetBytes($$"""{"id":"a","properties":{{properties}},"version":1}"""));
        }
    }

    [Test]
    public void No_member_is_left_to_the_serializer()
    {
        using var line = JsonDocument.Parse(Line);
        Assert.That(line.RootElement.EnumerateObject().Select(member => member.Name), Is.EquivalentTo([.. Collections.RefreshTokens.MemberNames, "crc"]));
    }

    [Test]
    public void A_byte_that_is_another_one_is_taken_as_the_serializer_takes_it()
    {
        var line = Encoding.UTF8.GetBytes(Line);
        foreach (var place in Enumerable.Range(0, line.Length))
        {
            foreach (var other in Bytes)
            {
                byte[] changed = [.. line];
                changed[place] = other;
                AssertSame(changed);
            }
        }
    }

    [Test]
    public void A_byte_too_few_or_too_many_is_taken_as_the_serializer_takes_it()
    {
        var line = Encoding.UTF8.GetBytes(Line);
        foreach (var place in Enumerable.Range(0, line.Length))
        {
            AssertSame([.. line[..place], .. line[(place + 1)..]]);
            AssertSame([.. line[..place]]);
            foreach (var other in Bytes)
            {
                AssertSame([.. line[..place], other, .. line[place..]]);
            }
        }
    }

    /// <summary>What a reader reads is what the serializer reads, or nothing.</summary>
    internal static void AssertSame<T>(byte[] json, EntryReader<T> reader)
        where T : Entity
    {
        if (reader(json, default) is { } entity)
        {
            var type = EntityJson.For<T>();
            var expected = JsonSerializer.SerializeToUtf8Bytes(JsonSerializer.Deserialize(json, type)!, type);
            if (!JsonSerializer.SerializeToUtf8Bytes(entity, type).AsSpan().SequenceEqual(expected))
            {
                Assert.Fail($"{Encoding.UTF8.GetString(json)} was read as {JsonSerializer.Serialize(entity, type)}");
            }
        }
    }

    private static void AssertSame(byte[] json) => AssertSame(json, TokenReader.TryRead);
}
