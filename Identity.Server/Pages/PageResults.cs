using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Identity.Server.Pages;

/// <summary>How pages answer what they cannot take.</summary>
internal static class PageResults
{
    private static readonly string[] Fields = ["UserName", "Email", "Password"];

    /// <summary>Shows the page with another status than that all is well.</summary>
    /// <param name="page">The page.</param>
    /// <param name="status">The status.</param>
    /// <returns>The page.</returns>
    public static PageResult Show(this PageModel page, int status)
    {
        ArgumentNullException.ThrowIfNull(page);
        var result = page.Page();
        result.StatusCode = status;
        return result;
    }

    /// <summary>Shows the page again, with what is wrong.</summary>
    /// <param name="page">The page, whose model state says what is wrong.</param>
    /// <returns>The page as a 400.</returns>
    public static PageResult Refuse(this PageModel page) => page.Show(StatusCodes.Status400BadRequest);

    /// <summary>Shows the page again, with what ASP.NET Core Identity refused.</summary>
    /// <param name="page">The page.</param>
    /// <param name="refused">What it refused.</param>
    /// <returns>The page as a 400.</returns>
    public static PageResult Refuse(this PageModel page, IdentityResult refused)
    {
        ArgumentNullException.ThrowIfNull(page);
        page.ModelState.Add(refused);
        return page.Refuse();
    }

    /// <summary>Notes what ASP.NET Core Identity refused, with the field that it is about, where its code tells.</summary>
    /// <param name="state">Where what is wrong is noted.</param>
    /// <param name="refused">What it refused.</param>
    public static void Add(this ModelStateDictionary state, IdentityResult refused)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(refused);
        foreach (var error in refused.Errors)
        {
            state.AddModelError(Array.Find(Fields, field => error.Code.Contains(field, StringComparison.Ordinal)) ?? string.Empty, error.Description);
        }
    }
}
