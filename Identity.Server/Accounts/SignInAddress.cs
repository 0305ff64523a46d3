using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http.Extensions;

namespace Identity.Server.Accounts;

/// <summary>
/// The address of the sign-in page for features that need somebody signed in. It carries where the person goes on
/// afterwards, and which origin the redirects after the form may end at: browsers hold the whole chain of redirects to the
/// <c>form-action</c> of the page with the form, and a client that needs no further question is reached in one chain.
/// </summary>
internal sealed class SignInAddress(IDataProtectionProvider protection)
{
    // Protected, since whoever may write that origin into an address could take the page's rule away.
    private readonly IDataProtector _protector = protection.CreateProtector("Identity.Server.Accounts.SignInAddress");

    /// <summary>Makes the address.</summary>
    /// <param name="context">The request that needs somebody signed in.</param>
    /// <param name="returnUrl">Where to go on, on this server.</param>
    /// <param name="formActionSource">The origin or scheme at which the redirects may end; null where they stay on this server.</param>
    /// <param name="loginHint">Who, as far as the application knows, will sign in.</param>
    public string Create(HttpContext context, string returnUrl, string? formActionSource = null, string? loginHint = null)
    {
        ArgumentNullException.ThrowIfNull(context);
        var query = new QueryBuilder { { "returnUrl", returnUrl } };
        if (formActionSource is not null)
        {
            query.Add("destination", _protector.Protect(formActionSource));
        }

        if (loginHint is { Length: > 0 and <= SignInModel.MaximumLength } && !loginHint.Any(char.IsControl))
        {
            query.Add("login_hint", loginHint);
        }

        return context.Request.PathBase + SignInModel.Route + query;
    }

    /// <summary>Reads the origin or scheme from the address; null where there is none of this server's making.</summary>
    public string? ReadFormActionSource(string? destination)
    {
        try
        {
            return string.IsNullOrEmpty(destination) ? null : _protector.Unprotect(destination);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
