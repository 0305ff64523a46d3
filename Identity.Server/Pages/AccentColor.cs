using System.Globalization;

namespace Identity.Server.Pages;

/// <summary>
/// The colour of buttons and links, made fit to be read: contrast as WCAG 2.2 defines it, at least 4.5 to 1 with everything that it is
/// on or that is on it.
/// </summary>
internal readonly record struct AccentColor(byte Red, byte Green, byte Blue)
{
    private const double Enough = 4.5;

    // What site.css has for --ground in light and for --surface in dark: of the grounds on which links stand, those with less contrast.
    private static readonly AccentColor LightGround = new(0xf4, 0xf5, 0xf3);
    private static readonly AccentColor DarkSurface = new(0x1b, 0x21, 0x1f);
    private static readonly AccentColor Black = new(0, 0, 0);
    private static readonly AccentColor White = new(255, 255, 255);

    /// <summary>Says why a colour cannot be used.</summary>
    /// <param name="text">The colour.</param>
    /// <returns>What is allowed; null where it can.</returns>
    public static string? FindProblem(string text)
        => Parse(text) is not { } color ? "a colour as #1f5f54"
            : color.ContrastTo(LightGround) is var contrast && contrast < Enough
                ? FormattableString.Invariant($"a darker colour: buttons and links would have a contrast of {contrast:0.0} to 1, and people need {Enough:0.0} to 1")
                : null;

    /// <summary>Reads a colour.</summary>
    /// <param name="text">As <c>#1f5f54</c>.</param>
    /// <returns>Null for anything else.</returns>
    public static AccentColor? Parse(string text)
        => text is ['#', .. { Length: 6 } digits] && uint.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            ? new((byte)(value >> 16), (byte)(value >> 8), (byte)value)
            : null;

    /// <summary>The stylesheet that puts the colour in the place of the one that pages have by themselves.</summary>
    public string ToStylesheet()
    {
        var dark = this;
        for (var share = 0.05; dark.ContrastTo(DarkSurface) < Enough + 1; share += 0.05)
        {
            dark = Mix(White, share);
        }

        return $$"""
            :root {
              --accent: {{this}};
              --accent-strong: {{Mix(Black, 0.25)}};
            }

            @media (prefers-color-scheme: dark) {
              :root {
                --accent: {{dark}};
                --accent-strong: {{dark.Mix(White, 0.3)}};
                --on-accent: {{DarkSurface}};
              }
            }

            """;
    }

    /// <summary>The contrast of two colours, from 1 to 21.</summary>
    public double ContrastTo(AccentColor other)
    {
        var (one, two) = (Luminance, other.Luminance);
        return (Math.Max(one, two) + 0.05) / (Math.Min(one, two) + 0.05);
    }

    /// <inheritdoc/>
    public override string ToString() => $"#{Red:x2}{Green:x2}{Blue:x2}";

    private double Luminance => 0.2126 * Linear(Red) + 0.7152 * Linear(Green) + 0.0722 * Linear(Blue);

    private AccentColor Mix(AccentColor other, double share)
    {
        return new(Part(Red, other.Red), Part(Green, other.Green), Part(Blue, other.Blue));

        byte Part(byte from, byte to) => (byte)Math.Round(from + (to - from) * Math.Min(share, 1));
    }

    private static double Linear(byte value) => value / 255.0 is var part && part <= 0.04045 ? part / 12.92 : Math.Pow((part + 0.055) / 1.055, 2.4);
}
