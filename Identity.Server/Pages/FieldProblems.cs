using Microsoft.AspNetCore.Mvc.Rendering;
using Microsoft.AspNetCore.Mvc.ViewFeatures;
using Microsoft.AspNetCore.Razor.TagHelpers;

namespace Identity.Server.Pages;

/// <summary>
/// Tells those who do not see the page which field is wrong, and that the list of problems at its top says why. It is public because Razor
/// finds no others.
/// </summary>
[HtmlTargetElement("input", Attributes = NameAttribute)]
public sealed class FieldProblems : TagHelper
{
    private const string NameAttribute = "name";
    private const string Description = "aria-describedby";

    /// <summary>The page, whose model state knows what is wrong.</summary>
    [ViewContext, HtmlAttributeNotBound]
    public required ViewContext ViewContext { get; set; }

    /// <inheritdoc/>
    public override void Process(TagHelperContext context, TagHelperOutput output)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(output);
        if (context.AllAttributes[NameAttribute].Value?.ToString() is not { Length: > 0 } name
            || !ViewContext.ViewData.ModelState.TryGetValue(name, out var field)
            || field.Errors.Count is 0)
        {
            return;
        }

        var described = output.Attributes[Description]?.Value?.ToString();
        output.Attributes.SetAttribute("aria-invalid", "true");
        output.Attributes.SetAttribute(Description, described is null ? "problems" : $"problems {described}");
    }
}
