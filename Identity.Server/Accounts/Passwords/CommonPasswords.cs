using System.Collections.Frozen;

namespace Identity.Server.Accounts.Passwords;

/// <summary>
/// Knows the passwords that are tried first: a word that many choose, however it is decorated with digits and signs, the same few
/// characters again and again, and what lies side by side in the alphabet or on the keyboard.
/// </summary>
internal static class CommonPasswords
{
    private static readonly FrozenSet<string> Words = ReadWords();

    /// <summary>Whether a password is one of them.</summary>
    /// <param name="password">The password.</param>
    /// <returns>True where it should be refused.</returns>
    public static bool Contains(string password)
    {
        ArgumentNullException.ThrowIfNull(password);
        var lower = password.ToLowerInvariant();
        return IsRepeated(lower) || IsSequence(lower) || Words.Contains(lower) || Words.Contains(Undecorate(lower))
            || Words.Contains(Undecorate(Plain(lower))) || Words.Contains(Plain(Undecorate(lower)));
    }

    // P@ssw0rd and the like: the signs that stand for letters in them.
    private static string Plain(string text)
        => string.Create(text.Length, text, static (plain, source) =>
        {
            for (var index = 0; index < source.Length; index++)
            {
                plain[index] = source[index] switch
                {
                    '0' => 'o',
                    '1' or '!' => 'i',
                    '3' => 'e',
                    '4' or '@' => 'a',
                    '5' or '$' => 's',
                    '7' => 't',
                    var other => other,
                };
            }
        });

    private static string Undecorate(string text) => text.Trim([.. text.Where(character => !char.IsLetter(character)).Distinct()]);

    private static bool IsRepeated(string text)
    {
        for (var length = 1; length <= text.Length / 2 && length <= 4; length++)
        {
            if (Enumerable.Range(length, text.Length - length).All(index => text[index] == text[index - length]))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsSequence(string text)
        => text.Length > 1 && Math.Abs(Step(text, 1)) is 1 && Enumerable.Range(1, text.Length - 1).All(index => Step(text, index) == Step(text, 1));

    // After nine comes zero, as on the keyboard.
    private static int Step(string text, int index) => (text[index - 1], text[index]) switch
    {
        ('9', '0') => 1,
        ('0', '9') => -1,
        var (first, second) => second - first,
    };

    private static FrozenSet<string> ReadWords()
    {
        using var stream = typeof(CommonPasswords).Assembly.GetManifestResourceStream("common-passwords.txt")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).ToFrozenSet(StringComparer.Ordinal);
    }
}
