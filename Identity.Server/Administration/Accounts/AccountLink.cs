using Identity.Stores.FileSystem.Models;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.Mvc.ViewFeatures;

namespace Identity.Server.Administration.Accounts;

/// <summary>A link that an administrator hands to somebody.</summary>
/// <param name="User">Whose account it is for.</param>
/// <param name="Address">The link.</param>
/// <param name="ExpirationDate">Until when it works.</param>
internal sealed record AccountLink(User User, string Address, DateTimeOffset ExpirationDate);

/// <summary>How a link is shown.</summary>
internal static class AccountLinkResult
{
    /// <summary>
    /// Answers the form itself with the link and redirects nowhere: it is shown this once, and kept neither here nor in an address.
    /// </summary>
    /// <param name="page">The page whose form asked for it.</param>
    /// <param name="user">Whose account it is for.</param>
    /// <param name="link">The link, and until when it works.</param>
    /// <returns>The page.</returns>
    public static PartialViewResult ShowLink(this PageModel page, User user, (string Address, DateTimeOffset ExpirationDate) link) => new()
    {
        ViewName = "/Administration/Accounts/_Link.cshtml",
        ViewData = new ViewDataDictionary<AccountLink>(page.MetadataProvider, new ModelStateDictionary())
        {
            Model = new AccountLink(user, link.Address, link.ExpirationDate),
        },
    };
}
