using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Identity.Server.Accounts.Profile;

/// <summary>Where a person ends who has deleted their account; it tells nothing that the address does not.</summary>
internal sealed class DeletedModel : PageModel
{
    internal const string Route = "/account/deleted";
}
