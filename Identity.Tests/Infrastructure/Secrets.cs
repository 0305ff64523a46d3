using System.Buffers;
using System.Buffers.Text;
using System.Net;
using System.Text;
using System.Text.Json;

namespace Identity.Tests.Infrastructure;

/// <summary>Secret values, which are found wherever they are, whatever form they were brought into, and also if only a part of one is there.</summary>
internal sealed class Secrets
{
    // Enough of a value to be no accident, and little enough that what a log shortens is still recognised.
    private const int PartLength = 20;

    private readonly List<Secret> _secrets = [];
    private readonly Dictionary<string, (Secret Secret, string Form)> _forms = new(StringComparer.Ordinal);
    private SearchValues<string>? _search;

    public IReadOnlyList<Secret> All => _secrets;

    /// <summary>Adds a value that some places deliver; nowhere else may it be.</summary>
    /// <param name="name">What it is.</param>
    /// <param name="value">The value.</param>
    /// <param name="deliveredBy">With what the names of the places begin that deliver it.</param>
    public void Add(string name, string value, params string[] deliveredBy)
    {
        var secret = new Secret(name, value, deliveredBy);
        _secrets.Add(secret);
        _search = null;
        foreach (var part in PartsOf(value))
        {
            foreach (var (form, text) in FormsOf(part))
            {
                _forms.TryAdd(text, (secret, form));
            }
        }
    }

    /// <summary>The secrets in a place, and in which form.</summary>
    public IEnumerable<(Secret Secret, string Form)> FindIn(Place place)
    {
        _search ??= SearchValues.Create([.. _forms.Keys], StringComparison.Ordinal);
        var text = Encoding.Latin1.GetString(place.Content);
        HashSet<(Secret, string)> found = [];
        for (var start = 0; text.AsSpan(start).IndexOfAny(_search) is >= 0 and var index; start += index + 1)
        {
            // Several may begin here, such as a value and its first part.
            var rest = text.AsSpan(start + index);
            foreach (var (form, match) in _forms)
            {
                if (rest.StartsWith(form, StringComparison.Ordinal))
                {
                    found.Add(match);
                }
            }
        }

        return found;
    }

    private static IEnumerable<string> PartsOf(string value)
    {
        // What makes a JSON Web Token secret is its signature; what data protection made begins with the number of its key.
        var secret = value.Split('.') is [_, _, var signature] ? signature
            : value.StartsWith("CfDJ8", StringComparison.Ordinal) ? value[PartLength..]
            : value;
        return secret.Length < 2 * PartLength ? [secret] : [secret[..PartLength], secret[^PartLength..], secret];
    }

    /// <summary>A value in the forms that programs give to values, as characters of one byte each.</summary>
    public static IEnumerable<(string Form, string Text)> FormsOf(string value)
    {
        var bytes = Encoding.UTF8.GetBytes(value);
        yield return ("plain", Encoding.Latin1.GetString(bytes));
        yield return ("UTF-16", Encoding.Latin1.GetString(Encoding.Unicode.GetBytes(value)));
        yield return ("URL-encoded", Uri.EscapeDataString(value));
        yield return ("form-encoded", WebUtility.UrlEncode(value));
        yield return ("JSON", JsonEncodedText.Encode(value).Value);
        yield return ("HTML", WebUtility.HtmlEncode(value)!);
        foreach (var (form, text) in BinaryFormsOf(bytes))
        {
            yield return (form, text);
        }

        if (value.Length >= PartLength && Base64Url.IsValid(value))
        {
            var raw = Base64Url.DecodeFromChars(value);
            yield return ("raw", Encoding.Latin1.GetString(raw));
            foreach (var (form, text) in BinaryFormsOf(raw))
            {
                yield return ($"raw {form}", text);
            }
        }
    }

    private static IEnumerable<(string Form, string Text)> BinaryFormsOf(byte[] bytes)
    {
        yield return ("hex", Convert.ToHexStringLower(bytes));
        yield return ("HEX", Convert.ToHexString(bytes));
        for (var offset = 0; offset < 3; offset++)
        {
            // In the middle of something longer, the characters at both ends depend on what stands there.
            var encoded = Convert.ToBase64String([.. new byte[offset], .. bytes]);
            var (first, end) = (((offset * 8) + 5) / 6, (offset + bytes.Length) * 8 / 6);
            var inner = encoded[first..end];
            yield return ("base64", inner);
            yield return ("base64url", inner.Replace('+', '-').Replace('/', '_'));
        }
    }
}

/// <summary>A value that must not be anywhere but where it is delivered.</summary>
internal sealed record Secret(string Name, string Value, IReadOnlyList<string> DeliveredBy)
{
    public bool IsDeliveredBy(string place) => DeliveredBy.Any(beginning => place.StartsWith(beginning, StringComparison.Ordinal));
}
