using System.Net;
using Microsoft.AspNetCore.Identity;

namespace Identity.Server.Accounts.Passkeys;

/// <summary>Under which addresses passkeys work: they belong to the name of the server, and browsers use them over secure connections only.</summary>
internal static class PasskeyHost
{
    /// <summary>Whether the address that the browser shows is one at which passkeys work. One with numbers instead of a name is not.</summary>
    public static bool IsSuitable(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var (request, host) = (context.Request, context.Request.Host.Host);
        return !IPAddress.TryParse(host.Trim('[', ']'), out _)
            && (request.IsHttps || host.Equals("localhost", StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>
    /// Passkeys of this very origin, by people of whom their authenticator made sure, and kept by it with the account's identifier, so
    /// that nobody has to type a name.
    /// </summary>
    public static void Configure(IdentityPasskeyOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.UserVerificationRequirement = "required";
        options.ResidentKeyRequirement = "required";

        // Not by the Origin header, as by default: forms of pages without referrers send none that says anything.
        options.ValidateOrigin = context => ValueTask.FromResult(
            !context.CrossOrigin
            && string.Equals(
                context.Origin, $"{context.HttpContext.Request.Scheme}://{context.HttpContext.Request.Host}", StringComparison.OrdinalIgnoreCase));
    }
}
