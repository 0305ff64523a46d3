using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Identity.Server.Device;

/// <summary>Where a person ends who has answered a device; it tells nothing that the address does not.</summary>
internal sealed class DeviceDoneModel : PageModel
{
    internal const string Route = "/device/done";

    internal const string Allowed = "allowed";

    internal const string Denied = "denied";

    public bool IsAllowed => Request.Query.ContainsKey(Allowed);
}
