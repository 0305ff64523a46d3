using System.Text.Json;
using System.Text.RegularExpressions;

namespace Identity.Server.Registration;

/// <summary>Members for people in languages of their own, such as <c>client_name#fr</c> (RFC 7591, section 2.2).</summary>
internal static partial class LocalizedMembers
{
    private const int MaximumCount = 64;
    private const string Name = "client_name";

    /// <summary>Checks a member: null where it has no value, an exception where it breaks a rule.</summary>
    /// <param name="member">Its name.</param>
    /// <param name="value">Its value.</param>
    public delegate string? Check(string member, string? value);

    /// <summary>Picks the members in languages out of those that are not known otherwise.</summary>
    /// <param name="others">What the client sent; what is no such member is passed over.</param>
    /// <param name="checkText">Checks a name.</param>
    /// <param name="checkAddress">Checks an address.</param>
    /// <returns>Those that have a value, in ordinal order, or <see langword="null"/> where there are none.</returns>
    /// <exception cref="RegistrationException">One breaks a rule.</exception>
    public static Dictionary<string, JsonElement>? Read(IReadOnlyDictionary<string, JsonElement>? others, Check checkText, Check checkAddress)
    {
        if (others is null)
        {
            return null;
        }

        var members = new SortedDictionary<string, JsonElement>(StringComparer.Ordinal);
        var tags = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (member, value) in others)
        {
            if (Pattern.Match(member) is not { Success: true } match || value.ValueKind is JsonValueKind.Null)
            {
                continue;
            }

            if (value.ValueKind is not JsonValueKind.String)
            {
                throw RegistrationException.InvalidClientMetadata($"{member}: must be a string");
            }

            if (!tags.Add(member))
            {
                throw RegistrationException.InvalidClientMetadata($"{member}: must be given once; languages are the same in upper and lower case");
            }

            if ((match.Groups["member"].Value is Name ? checkText : checkAddress)(member, ReadString(member, value)) is not null)
            {
                members.Add(member, value);
            }
        }

        return members.Count switch
        {
            0 => null,
            > MaximumCount => throw RegistrationException.InvalidClientMetadata($"{members.Keys.First()}: at most {MaximumCount} members in languages are allowed"),
            _ => members.ToDictionary(StringComparer.Ordinal),
        };
    }

    /// <summary>The names by language.</summary>
    /// <param name="members">What <see cref="Read"/> returned.</param>
    /// <returns>Language tags, and the names.</returns>
    public static IEnumerable<(string Language, string Name)> FindNames(IReadOnlyDictionary<string, JsonElement>? members)
        => (members ?? new Dictionary<string, JsonElement>())
            .Where(member => member.Key.StartsWith(Name + "#", StringComparison.Ordinal))
            .Select(member => (member.Key[(Name.Length + 1)..], member.Value.GetString()!));

    private static string? ReadString(string member, JsonElement value)
    {
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            // An escape sequence that is half of a character.
            throw RegistrationException.InvalidClientMetadata($"{member}: must be valid text");
        }
    }

    // The form of a language tag (RFC 5646), not whether there is such a language.
    [GeneratedRegex("^(?<member>client_name|client_uri|logo_uri|tos_uri|policy_uri)#[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,4}\\z", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern { get; }
}
