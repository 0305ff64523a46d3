using System.Buffers;
using System.Buffers.Text;
using System.Collections.Immutable;
using System.Text.Json;

namespace Identity.Stores.FileSystem.Models;

/// <summary>
/// Goes through the members of an entry in the order in which they are written. Each member may be left out; whatever else there is, or is not
/// written as this library writes it, ends the reading: from there on no member is found, and the entry does not count as closed.
/// </summary>
internal ref struct EntryCursor(ReadOnlySpan<byte> json)
{
    // As the outermost object is one level already.
    private const int MaximumDepth = 63;

    // What stands for itself in a text: ASCII without control characters, quotation marks and escapes.
    private static readonly SearchValues<byte> Plain = SearchValues.Create([.. Enumerable.Range(' ', '~' - ' ' + 1).Select(value => (byte)value).Except("\"\\"u8.ToArray())]);

    private ReadOnlySpan<byte> _rest = json;

    // How far it is to the next member: nothing is found behind the last one.
    private int _gap;

    /// <summary>Whether the object ended behind the members that were found, and nothing comes after it.</summary>
    public readonly bool IsClosed => _rest.SequenceEqual("}"u8);

    public bool TryOpen()
    {
        if (_rest is not [(byte)'{', ..])
        {
            return false;
        }

        _rest = _rest[1..];
        return true;
    }

    /// <param name="label">The name of the member as it is written, with its colon.</param>
    /// <param name="text">The value, ASCII characters.</param>
    public bool IsText(ReadOnlySpan<byte> label, out ReadOnlySpan<byte> text)
    {
        var isText = IsQuoted(label, out var quoted);
        text = isText ? quoted[1..^1] : default;
        return isText && Take(label, quoted.Length);
    }

    /// <param name="label">The name of the member as it is written, with its colon.</param>
    /// <param name="texts">The values, an array of ASCII characters each.</param>
    public bool IsTexts(ReadOnlySpan<byte> label, out ImmutableArray<string> texts)
    {
        texts = default;
        if (!IsAt(label, out var value) || value is not [(byte)'[', ..])
        {
            return false;
        }

        var found = ImmutableArray.CreateBuilder<string>();
        var place = 1;
        while (IsPlain(value[place..], out var length))
        {
            found.Add(SharedText.Of(value.Slice(place + 1, length - 2)));
            place += length + 1;
            if (value[place - 1] is (byte)']')
            {
                texts = found.DrainToImmutable();
                return Take(label, place);
            }

            if (value[place - 1] is not (byte)',')
            {
                return false;
            }
        }

        return false;
    }

    /// <param name="label">The name of the member as it is written, with its colon.</param>
    /// <param name="date">The value.</param>
    public bool IsDate(ReadOnlySpan<byte> label, out DateTimeOffset date)
    {
        date = default;
        return IsQuoted(label, out var quoted) && TryReadDate(quoted, out date) && Take(label, quoted.Length);
    }

    /// <param name="label">The name of the member as it is written, with its colon.</param>
    /// <param name="number">The value, above zero.</param>
    public bool IsNumber(ReadOnlySpan<byte> label, out long number)
    {
        number = 0;
        return IsAt(label, out var value) && value is [>= (byte)'1' and <= (byte)'9', ..] && value.IndexOfAnyExceptInRange((byte)'0', (byte)'9') is > 0 and var length &&
            value[length] is (byte)',' or (byte)'}' && Utf8Parser.TryParse(value[..length], out number, out _) && Take(label, length);
    }

    /// <param name="label">The name of the member as it is written, with its colon.</param>
    /// <param name="json">The value as it stands there.</param>
    /// <param name="isEmpty">Whether it has no members.</param>
    public bool IsObject(ReadOnlySpan<byte> label, out ReadOnlySpan<byte> json, out bool isEmpty)
    {
        json = default;
        isEmpty = false;
        if (!IsAt(label, out var value) || value is not [(byte)'{', ..])
        {
            return false;
        }

        var reader = new Utf8JsonReader(value, new JsonReaderOptions { MaxDepth = MaximumDepth });
        try
        {
            reader.Read();
            var first = reader;
            isEmpty = first.Read() && first.TokenType is JsonTokenType.EndObject;
            reader.Skip();
        }
        catch (JsonException)
        {
            return false;
        }

        json = value[..(int)reader.BytesConsumed];
        return Take(label, json.Length);
    }

    private static bool TryReadDate(ReadOnlySpan<byte> quoted, out DateTimeOffset date)
    {
        // The usual form; it is written shorter where the moment ends in a zero.
        if (quoted.EndsWith("+00:00\""u8) && Utf8Parser.TryParse(quoted[1..^1], out date, out var length, 'O') && length == quoted.Length - 2)
        {
            return true;
        }

        var reader = new Utf8JsonReader(quoted);
        date = default;
        return reader.Read() && reader.TryGetDateTimeOffset(out date);
    }

    private readonly bool IsQuoted(ReadOnlySpan<byte> label, out ReadOnlySpan<byte> quoted)
    {
        var isQuoted = IsAt(label, out var value) & IsPlain(value, out var length);
        quoted = value[..length];
        return isQuoted;
    }

    /// <summary>Whether a text begins there whose characters all stand for themselves.</summary>
    /// <param name="value">What begins there; something comes behind it.</param>
    /// <param name="length">Its length with its quotation marks.</param>
    private static bool IsPlain(ReadOnlySpan<byte> value, out int length)
    {
        length = 0;
        if (value is not [(byte)'"', ..] || value[1..].IndexOfAnyExcept(Plain) is not (>= 0 and var end) || value[end + 1] is not (byte)'"' || end + 2 == value.Length)
        {
            return false;
        }

        length = end + 2;
        return true;
    }

    private readonly bool IsAt(ReadOnlySpan<byte> label, out ReadOnlySpan<byte> value)
    {
        var rest = _rest[_gap..];
        value = rest.StartsWith(label) ? rest[label.Length..] : default;
        return !value.IsEmpty;
    }

    /// <summary>Goes behind a member and, where there is one, the comma that separates it from the next.</summary>
    private bool Take(ReadOnlySpan<byte> label, int length)
    {
        _rest = _rest[(_gap + label.Length + length)..];
        _gap = _rest is [(byte)',', ..] ? 1 + Math.Max(0, _rest[1..].IndexOfAnyExcept(" \n\r\t"u8)) : _rest.Length;
        return true;
    }
}
