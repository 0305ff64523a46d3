using System.Text.Json;

namespace Identity.Tests.Clients;

/// <summary>What clients that check every member make of an answer.</summary>
internal static class StrictJson
{
    /// <summary>Nothing is null, no text is empty, and no member is there twice, however deep.</summary>
    public static void AssertFilled(JsonElement json)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.Object:
                Assert.That(json.EnumerateObject().Select(member => member.Name), Is.Unique);
                foreach (var member in json.EnumerateObject())
                {
                    Assert.That(member.Value.ValueKind, Is.Not.EqualTo(JsonValueKind.Null), member.Name);
                    Assert.That(member.Value.ValueKind is JsonValueKind.String && member.Value.GetString()!.Length is 0, Is.False, member.Name);
                    AssertFilled(member.Value);
                }

                break;
            case JsonValueKind.Array:
                Assert.That(json.GetArrayLength(), Is.Positive, json.GetRawText());
                foreach (var item in json.EnumerateArray())
                {
                    AssertFilled(item);
                }

                break;
        }
    }

    public static string[] Texts(JsonElement json, string member) => [.. json.GetProperty(member).EnumerateArray().Select(item => item.GetString()!)];
}
