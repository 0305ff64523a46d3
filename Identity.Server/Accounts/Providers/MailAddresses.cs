using System.Text;
using System.Text.RegularExpressions;

namespace Identity.Server.Accounts.Providers;

/// <summary>
/// E-mail addresses and their domains, where they decide who may enter: ASCII alone, so that nothing that looks or folds like an address
/// is taken for it.
/// </summary>
internal static partial class MailAddresses
{
    public const string AllowedDomain = "a domain in lower case, such as example.com";

    public const string AllowedAddress = "an e-mail address, such as alice@example.com";

    public static bool IsDomain(string text) => text.Length <= 253 && Domain().IsMatch(text);

    public static bool IsAddress(string text) => FindDomain(text) is { } domain && IsDomain(domain.ToLowerInvariant());

    /// <summary>Finds what stands behind the one @ of an address; null where it is none.</summary>
    public static string? FindDomain(string? address)
        => address is { Length: <= 254 } && Ascii.IsValid(address) && address.IndexOf('@', StringComparison.Ordinal) is > 0 and var at
            && address.LastIndexOf('@') == at && at < address.Length - 1 && !address.Any(character => character is <= ' ' or '\x7f')
            ? address[(at + 1)..]
            : null;

    public static bool Contains(IEnumerable<string> list, string? text)
        => text is { Length: > 0 } && list.Any(item => Ascii.EqualsIgnoreCase(item, text));

    [GeneratedRegex("^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$")]
    private static partial Regex Domain();
}
