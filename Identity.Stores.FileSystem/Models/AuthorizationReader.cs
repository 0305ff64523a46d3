using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Identity.Stores.FileSystem.Storage;
using Identity.Stores.FileSystem.Stores;

namespace Identity.Stores.FileSystem.Models;

/// <summary>Reads an authorization's entry as <see cref="TokenReader"/> does a token's: there are a tenth as many, and each took as long as five.</summary>
internal static class AuthorizationReader
{
    /// <param name="json">The entry.</param>
    /// <param name="keys">Where texts are found that many authorizations share.</param>
    /// <returns>The authorization, or null where the serializer has to look.</returns>
    public static Authorization? TryRead(ReadOnlySpan<byte> json, EntryKeys keys)
    {
        var entry = new EntryCursor(json);
        if (!entry.TryOpen())
        {
            return null;
        }

        var authorization = new Authorization();
        if (entry.IsText("\"id\":"u8, out var text))
        {
            authorization.Id = Encoding.ASCII.GetString(text);
        }

        if (entry.IsText("\"application_id\":"u8, out text))
        {
            authorization.ApplicationId = keys.Take(AuthorizationIndexes.Application, text);
        }

        if (entry.IsText("\"subject\":"u8, out text))
        {
            authorization.Subject = keys.Take(AuthorizationIndexes.Subject, text);
        }

        if (entry.IsText("\"status\":"u8, out text))
        {
            authorization.Status = SharedText.Of(text);
        }

        if (entry.IsText("\"type\":"u8, out text))
        {
            authorization.Type = SharedText.Of(text);
        }

        if (entry.IsTexts("\"scopes\":"u8, out var scopes))
        {
            authorization.Scopes = scopes;
        }

        if (entry.IsDate("\"creation_date\":"u8, out var date))
        {
            authorization.CreationDate = date;
        }

        return ReadRest(ref entry, authorization) ? authorization : null;
    }

    private static bool ReadRest(ref EntryCursor entry, Authorization authorization)
    {
        if (entry.IsObject("\"properties\":"u8, out var json, out var isEmpty) && !isEmpty)
        {
            try
            {
                authorization.Properties = JsonSerializer.Deserialize(json, EntityJson.For<ImmutableDictionary<string, JsonElement>>())!;
            }
            catch (JsonException)
            {
                return false;
            }
        }

        if (entry.IsNumber("\"version\":"u8, out var version))
        {
            authorization.Version = version;
        }

        // The line's own, which was looked at before.
        entry.IsText("\"crc\":"u8, out _);
        return entry.IsClosed;
    }
}
