using System.Text;
using System.Text.Json;

namespace Identity.Stores.FileSystem.Models;

/// <summary>
/// Reads a token's entry as this library writes it. A start reads all of them, and the serializer, which is compiled anew in each process,
/// would take most of the time that it takes. Whatever is not written so is left to the serializer, which also says what is wrong with it.
/// </summary>
internal static class TokenReader
{
    /// <returns>The token, or null where the serializer has to look.</returns>
    public static Token? TryRead(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        var token = new Token();
        try
        {
            if (!reader.Read() || reader.TokenType is not JsonTokenType.StartObject)
            {
                return null;
            }

            while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
            {
                if (reader.ValueIsEscaped || !TryReadMember(ref reader, json, token))
                {
                    return null;
                }
            }

            return reader.TokenType is JsonTokenType.EndObject && !reader.Read() ? token : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static bool TryReadMember(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, Token token)
    {
        var name = reader.ValueSpan;
        if (!reader.Read())
        {
            return false;
        }

        if (name.SequenceEqual("properties"u8))
        {
            return TryReadProperties(ref reader, json, token);
        }

        if (name.SequenceEqual("version"u8))
        {
            if (reader.TokenType is not JsonTokenType.Number || !reader.TryGetInt64(out var version))
            {
                return false;
            }

            token.Version = version;
            return true;
        }

        return reader is { TokenType: JsonTokenType.String, ValueIsEscaped: false } && Ascii.IsValid(reader.ValueSpan)
            && (TrySetDate(ref reader, name, token) || TrySetText(reader.ValueSpan, name, token));
    }

    private static bool TrySetText(ReadOnlySpan<byte> text, ReadOnlySpan<byte> name, Token token)
    {
        switch (name.Length)
        {
            case 2 when name.SequenceEqual("id"u8):
                token.Id = Encoding.ASCII.GetString(text);
                return true;
            case 14 when name.SequenceEqual("application_id"u8):
                token.ApplicationId = SharedText.Of(text);
                return true;
            case 16 when name.SequenceEqual("authorization_id"u8):
                token.AuthorizationId = Encoding.ASCII.GetString(text);
                return true;
            case 7 when name.SequenceEqual("subject"u8):
                token.Subject = Encoding.ASCII.GetString(text);
                return true;
            case 4 when name.SequenceEqual("type"u8):
                token.Type = SharedText.Of(text);
                return true;
            case 6 when name.SequenceEqual("status"u8):
                token.Status = SharedText.Of(text);
                return true;
            case 12 when name.SequenceEqual("reference_id"u8):
                token.KeptReference = CompactHash.From(text);
                return true;
            case 7 when name.SequenceEqual("payload"u8):
                token.KeptPayload = CompactText.From(text);
                return true;
            case 3 when name.SequenceEqual("crc"u8):
                // The line's own, which was looked at before.
                return true;
            default:
                return false;
        }
    }

    private static bool TrySetDate(ref Utf8JsonReader reader, ReadOnlySpan<byte> name, Token token)
    {
        if (!name.EndsWith("_date"u8) || !reader.TryGetDateTimeOffset(out var date))
        {
            return false;
        }

        switch (name[0])
        {
            case (byte)'c' when name.SequenceEqual("creation_date"u8):
                token.CreationDate = date;
                return true;
            case (byte)'e' when name.SequenceEqual("expiration_date"u8):
                token.ExpirationDate = date;
                return true;
            case (byte)'r' when name.SequenceEqual("redemption_date"u8):
                token.RedemptionDate = date;
                return true;
            default:
                return false;
        }
    }

    private static bool TryReadProperties(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, Token token)
    {
        if (reader.TokenType is not JsonTokenType.StartObject)
        {
            return false;
        }

        var start = (int)reader.TokenStartIndex;
        var first = reader;
        reader.Skip();
        token.KeptProperties = first.Read() && first.TokenType is JsonTokenType.EndObject ? null : json[start..(int)reader.BytesConsumed].ToArray();
        return true;
    }
}
