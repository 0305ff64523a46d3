using Identity.Server.Pages;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Identity.Server.Accounts.Providers;

/// <summary>A step of a sign-in elsewhere that shows something only where it could not be gone.</summary>
internal abstract class ExternalPageModel : PageModel
{
    /// <summary>What went wrong.</summary>
    public ExternalProblem Problem { get; private set; }

    /// <summary>The provider, for people.</summary>
    public string ProviderName { get; private set; } = "";

    /// <summary>Where the person can begin again: with the sign-in, or with their providers where one was to be linked.</summary>
    public string WayBack { get; private set; } = "";

    private protected PageResult Show(ExternalProblem problem, ExternalProvider provider, string? returnUrl, bool isLinking = false)
    {
        (Problem, ProviderName) = (problem, provider.DisplayName);
        var query = new QueryBuilder();
        if (!isLinking && RedirectHttpResult.IsLocalUrl(returnUrl))
        {
            query.Add("returnUrl", returnUrl!);
        }

        WayBack = Request.PathBase + (isLinking ? LinkedProvidersModel.Route : SignInModel.Route) + query;
        return this.Show(problem is ExternalProblem.NotAdmitted ? StatusCodes.Status403Forbidden : StatusCodes.Status400BadRequest);
    }
}

/// <summary>Why a sign-in elsewhere did not come to its end.</summary>
internal enum ExternalProblem
{
    /// <summary>The provider cannot be reached, or its answer is not what it should be.</summary>
    ProviderFailed,

    /// <summary>The person said no there, or was told no.</summary>
    Declined,

    /// <summary>It is over: too old, done already, begun elsewhere or before a restart.</summary>
    StartOver,

    /// <summary>Who it is, may not enter.</summary>
    NotAdmitted,

    /// <summary>The invitation does not work any more, or the identity has an account already.</summary>
    InvitationUsed,

    /// <summary>The identity that was to be linked is another account's.</summary>
    BelongsToAnother,

    /// <summary>The account has as many identities as it may.</summary>
    TooMany,

    /// <summary>Whoever began to link an identity is no longer signed in.</summary>
    NoLongerSignedIn,
}
