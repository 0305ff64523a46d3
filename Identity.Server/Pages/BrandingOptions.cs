using System.ComponentModel.DataAnnotations;

namespace Identity.Server.Pages;

/// <summary>What the pages call themselves and look like: section <c>Identity:Branding</c>.</summary>
internal sealed class BrandingOptions : IValidatableObject
{
    /// <summary>The section that holds them.</summary>
    public const string Section = "Identity:Branding";

    /// <summary>The name in titles, on top of pages and in mails.</summary>
    [Required(AllowEmptyStrings = false, ErrorMessage = "a name")]
    [StringLength(60, ErrorMessage = "at most 60 characters")]
    public string ProductName { get; set; } = "Identity";

    /// <summary>The file with the picture beside the name, which is the icon of tabs as well: SVG or PNG, 256 KiB at most.</summary>
    public string? Logo { get; set; }

    /// <summary>The colour of buttons and links, as <c>#1f5f54</c>; pages make a lighter one of it where the ground is dark.</summary>
    public string? Color { get; set; }

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Color is { Length: > 0 } color && AccentColor.FindProblem(color) is { } wrongColor)
        {
            yield return new ValidationResult(wrongColor, [nameof(Color)]);
        }

        if (Logo is { Length: > 0 } logo && BrandLogo.FindProblem(logo) is { } wrongLogo)
        {
            yield return new ValidationResult(wrongLogo, [nameof(Logo)]);
        }
    }
}
