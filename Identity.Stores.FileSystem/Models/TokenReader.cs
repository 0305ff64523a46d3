using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using Identity.Stores.FileSystem.Storage;
using Identity.Stores.FileSystem.Stores;

namespace Identity.Stores.FileSystem.Models;

/// <summary>
/// Reads a token's entry as this library writes it, member by member in the order of the serializer. A start reads all of them, and the
/// serializer would take most of the time that it takes. Whatever is not written so is left to the serializer, which also says what is
/// wrong with it.
/// </summary>
internal static class TokenReader
{
    /// <param name="json">The entry.</param>
    /// <param name="keys">Where texts are found that many tokens share.</param>
    /// <returns>The token, or null where the serializer has to look.</returns>
    public static Token? TryRead(ReadOnlySpan<byte> json, EntryKeys keys)
    {
        var entry = new EntryCursor(json);
        if (!entry.TryOpen())
        {
            return null;
        }

        var token = new Token();
        if (entry.IsText("\"id\":"u8, out var text))
        {
            token.Id = Encoding.ASCII.GetString(text);
        }

        if (entry.IsText("\"application_id\":"u8, out text))
        {
            token.ApplicationId = keys.Take(TokenIndexes.Application, text);
        }

        if (entry.IsText("\"authorization_id\":"u8, out text))
        {
            token.AuthorizationId = keys.Take(TokenIndexes.Authorization, text);
        }

        if (entry.IsText("\"subject\":"u8, out text))
        {
            token.Subject = keys.Take(TokenIndexes.Subject, text);
        }

        if (entry.IsText("\"type\":"u8, out text))
        {
            token.Type = SharedText.Of(text);
        }

        if (entry.IsText("\"status\":"u8, out text))
        {
            token.Status = SharedText.Of(text);
        }

        if (entry.IsDate("\"creation_date\":"u8, out var date))
        {
            token.CreationDate = date;
        }

        if (entry.IsDate("\"expiration_date\":"u8, out date))
        {
            token.ExpirationDate = date;
        }

        if (entry.IsDate("\"redemption_date\":"u8, out date))
        {
            token.RedemptionDate = date;
        }

        return ReadRest(ref entry, token) ? token : null;
    }

    private static bool ReadRest(ref EntryCursor entry, Token token)
    {
        if (entry.IsText("\"reference_id\":"u8, out var text))
        {
            token.KeptReference = CompactHash.From(text);
        }

        if (entry.IsText("\"payload\":"u8, out text))
        {
            token.KeptPayload = CompactText.From(text);
        }

        if (entry.IsObject("\"properties\":"u8, out var json, out var isEmpty))
        {
            token.KeptProperties = isEmpty ? null : json.ToArray();
        }

        if (entry.IsNumber("\"version\":"u8, out var version))
        {
            token.Version = version;
        }

        // The line's own, which was looked at before.
        entry.IsText("\"crc\":"u8, out _);
        return entry.IsClosed;
    }
}
