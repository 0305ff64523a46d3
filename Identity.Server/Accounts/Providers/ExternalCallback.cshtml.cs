using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Mvc;
using OpenIddict.Client.AspNetCore;
using static OpenIddict.Abstractions.OpenIddictConstants;
using Items = OpenIddict.Client.AspNetCore.OpenIddictClientAspNetCoreConstants.Properties;

namespace Identity.Server.Accounts.Providers;

/// <summary>Where somebody comes back from a provider, who then signs in here or has the identity linked to their account.</summary>
internal sealed class ExternalCallbackModel(
    ExternalProviders providers, ExternalAccounts accounts, AdmissionPolicy admission, SignInCompletion signIn) : ExternalPageModel
{
    public async Task<IActionResult> OnGetAsync(string provider, CancellationToken cancellationToken)
    {
        if (providers.Find(provider) is not { } found)
        {
            return NotFound();
        }

        var answer = await HttpContext.AuthenticateAsync(OpenIddictClientAspNetCoreDefaults.AuthenticationScheme);
        // Remembered only where the state is this browser's own, and new; after that whatever is wrong is the provider's doing.
        var state = HttpContext.Features.Get<ExternalReturn>();
        if (state?.Provider != found.Name || Read(found, answer) is not { } identity)
        {
            ExternalChallenge.LogRefusal(HttpContext, found.Name, answer.Properties);
            return Show(
                state is null ? ExternalProblem.StartOver : IsDeclined(answer) ? ExternalProblem.Declined : ExternalProblem.ProviderFailed,
                found, state?.ReturnUrl, state?.Account is not null);
        }

        if (state.Account is { } account)
        {
            return await LinkAsync(found, account, identity, cancellationToken);
        }

        if (state.Invitation is { } invitation)
        {
            return await accounts.AcceptAsync(invitation, identity.Login, cancellationToken) is { } invited
                ? await signIn.CompleteAsync(invited, state.ReturnUrl)
                : Show(ExternalProblem.InvitationUsed, found, state.ReturnUrl);
        }

        return await accounts.EnterAsync(identity, cancellationToken) is { } user
            ? await signIn.CompleteAsync(user, state.ReturnUrl, state.Destination)
            : Show(ExternalProblem.NotAdmitted, found, state.ReturnUrl);
    }

    private async Task<IActionResult> LinkAsync(ExternalProvider provider, string account, ExternalIdentity identity, CancellationToken cancellationToken)
    {
        // Who began it and who is signed in now must be the same: the way there and back may have taken a while.
        if (await Session.FindAsync(HttpContext) is not { } session || session.User.Id != account)
        {
            return Show(ExternalProblem.NoLongerSignedIn, provider, returnUrl: null, isLinking: true);
        }

        return await accounts.LinkAsync(account, identity.Login, cancellationToken) is { } problem
            ? Show(problem, provider, returnUrl: null, isLinking: true)
            : LocalRedirect("~" + LinkedProvidersModel.Route);
    }

    private ExternalIdentity? Read(ExternalProvider provider, AuthenticateResult answer)
        => answer.Succeeded
            && answer.Properties.GetParameter<ClaimsPrincipal>(Items.BackchannelIdentityTokenPrincipal) is { } token
            ? ExternalIdentity.Read(
                provider, token, answer.Properties.GetParameter<ClaimsPrincipal>(Items.UserInfoTokenPrincipal), admission.GroupsOf(provider))
            : null;

    private static bool IsDeclined(AuthenticateResult answer)
        => answer.Properties is { Items: { } items } && items.TryGetValue(Items.Error, out var error) && error is Errors.AccessDenied;
}
