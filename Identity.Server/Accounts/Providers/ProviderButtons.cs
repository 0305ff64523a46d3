using Microsoft.AspNetCore.Http.Extensions;

namespace Identity.Server.Accounts.Providers;

/// <summary>What the partial page <c>_ProviderButtons</c> needs to know.</summary>
/// <param name="ReturnUrl">Where somebody goes on who signed in.</param>
/// <param name="Invitation">The token of an invitation that is accepted that way.</param>
internal sealed record ProviderButtons(string? ReturnUrl, string? Invitation = null)
{
    /// <summary>The address at which the sign-in with a provider begins.</summary>
    public string AddressOf(ExternalProvider provider, string start)
    {
        var query = new QueryBuilder { { "provider", provider.Name } };
        if (ReturnUrl is { Length: > 0 })
        {
            query.Add("returnUrl", ReturnUrl);
        }

        if (Invitation is { Length: > 0 })
        {
            query.Add("invitation", Invitation);
        }

        return start + query;
    }
}
