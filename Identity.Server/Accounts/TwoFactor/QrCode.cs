using System.Globalization;
using System.Text;
using QRCoder;

namespace Identity.Server.Accounts.TwoFactor;

/// <summary>A QR code as an outline for an SVG element, which a page may hold without a script, a style or an image from elsewhere.</summary>
/// <param name="Size">How many units it is wide and high, its quiet zone included.</param>
/// <param name="Path">The dark parts, for the attribute <c>d</c>.</param>
internal sealed record QrCode(int Size, string Path)
{
    /// <summary>Draws a text.</summary>
    public static QrCode Of(string text)
    {
        using var generator = new QRCodeGenerator();
        using var data = generator.CreateQrCode(text, QRCodeGenerator.ECCLevel.M);
        var rows = data.ModuleMatrix;
        var path = new StringBuilder();
        for (var y = 0; y < rows.Count; y++)
        {
            for (var x = 0; x < rows[y].Count; x++)
            {
                var start = x;
                while (x < rows[y].Count && rows[y][x])
                {
                    x++;
                }

                if (x > start)
                {
                    path.Append(CultureInfo.InvariantCulture, $"M{start} {y}h{x - start}v1h-{x - start}z");
                }
            }
        }

        return new(rows.Count, path.ToString());
    }
}
