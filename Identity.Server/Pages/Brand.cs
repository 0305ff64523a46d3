using System.Text;
using Microsoft.Extensions.Options;

namespace Identity.Server.Pages;

/// <summary>What the pages call themselves and look like, as it is configured.</summary>
internal sealed class Brand
{
    /// <summary>What a page sets in its view data if it is a question to be answered, and nothing to wander off from.</summary>
    public const string WithoutNavigation = nameof(WithoutNavigation);

    public Brand(IOptions<BrandingOptions> options)
    {
        var settings = options.Value;
        Name = settings.ProductName;
        Logo = settings.Logo is { Length: > 0 } logo ? BrandLogo.Read(logo) : Asset.Icon;
        Stylesheet = settings.Color is { Length: > 0 } color
            ? new Asset("brand.css", "text/css; charset=utf-8", Encoding.UTF8.GetBytes(AccentColor.Parse(color)!.Value.ToStylesheet()))
            : null;
    }

    /// <summary>The name of the product.</summary>
    public string Name { get; }

    /// <summary>The picture beside the name, and the icon of tabs and bookmarks.</summary>
    public Asset Logo { get; }

    /// <summary>What differs from the one stylesheet; null: nothing.</summary>
    public Asset? Stylesheet { get; }
}
