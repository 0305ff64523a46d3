using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Identity.Server.Pages;

/// <summary>How pages answer what they cannot take.</summary>
internal static class PageResults
{
    /// <summary>Shows the page again, with what is wrong.</summary>
    /// <param name="page">The page, whose model state says what is wrong.</param>
    /// <returns>The page as a 400.</returns>
    public static PageResult Refuse(this PageModel page)
    {
        ArgumentNullException.ThrowIfNull(page);
        var result = page.Page();
        result.StatusCode = StatusCodes.Status400BadRequest;
        return result;
    }

    /// <summary>Shows the page again, with what ASP.NET Core Identity refused.</summary>
    /// <param name="page">The page.</param>
    /// <param name="refused">What it refused.</param>
    /// <returns>The page as a 400.</returns>
    public static PageResult Refuse(this PageModel page, IdentityResult refused)
    {
        ArgumentNullException.ThrowIfNull(page);
        ArgumentNullException.ThrowIfNull(refused);
        foreach (var error in refused.Errors)
        {
            page.ModelState.AddModelError(string.Empty, error.Description);
        }

        return page.Refuse();
    }
}
