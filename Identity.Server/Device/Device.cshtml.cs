using Identity.Server.Accounts;
using Identity.Server.Authorization.Consents;
using Identity.Server.Hosting;
using Identity.Server.Pages;
using Identity.Server.Tokens;
using Identity.Server.Tokens.Connections;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Localization;
using OpenIddict.Abstractions;
using OpenIddict.Server.AspNetCore;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Identity.Server.Device;

/// <summary>
/// The verification endpoint (RFC 8628, section 3.3): a person who is signed in enters the code that a device shows, reads who asks for
/// what, and agrees or does not.
/// </summary>
internal sealed class DeviceModel(
    ConsentQuestions questions,
    TokenPrincipalFactory principals,
    UserCodeAttempts attempts,
    SignInAddress addresses,
    IStringLocalizer<Texts> text,
    TimeProvider time) : PageModel
{
    internal const string Route = "/device";

    private const string Scheme = OpenIddictServerAspNetCoreDefaults.AuthenticationScheme;

    public string UserName { get; private set; } = string.Empty;

    /// <summary>The code, as the device shows it; null where it has to be entered yet.</summary>
    public string? UserCode { get; private set; }

    /// <summary>What the person is asked; null where the code has to be entered yet.</summary>
    public ConsentQuestion? Question { get; private set; }

    public string SignInAddress => addresses.Create(HttpContext, Here);

    private string Here => HttpContext.Request.PathBase + Route
        + (UserCode is null ? string.Empty : new QueryBuilder { { Parameters.UserCode, UserCode } }.ToString());

    public async Task<IActionResult> OnGetAsync(CancellationToken cancellationToken)
    {
        var entered = HttpContext.Request.Query[Parameters.UserCode].ToString();
        if (await Session.FindAsync(HttpContext) is not { } session)
        {
            UserCode = entered is { Length: > 0 and <= 64 } ? entered : null;
            return Redirect(SignInAddress);
        }

        UserName = session.User.UserName ?? string.Empty;
        if (entered.Length is 0)
        {
            return Page();
        }

        return await FindRequestAsync() is { } request ? await ShowAsync(request, session, cancellationToken) : Refused();
    }

    public async Task<IActionResult> OnPostAsync(string? decision, CancellationToken cancellationToken)
    {
        if (await Session.FindAsync(HttpContext) is not { } session)
        {
            return Redirect(SignInAddress);
        }

        UserName = session.User.UserName ?? string.Empty;
        if (await FindRequestAsync() is not { } request)
        {
            return Refused();
        }

        return decision switch
        {
            "allow" => await ApproveAsync(request, session, cancellationToken),
            "deny" => Forbid(End(DeviceDoneModel.Denied), Scheme),
            _ => await ShowAsync(request, session, cancellationToken),
        };
    }

    private async Task<PageResult> ShowAsync(AuthenticateResult request, Session session, CancellationToken cancellationToken)
    {
        var asked = request.Principal!;
        UserCode = request.Properties!.GetTokenValue(OpenIddictServerAspNetCoreConstants.Tokens.UserCode);
        Question = await questions.CreateAsync(
            asked.GetClaim(Claims.ClientId)!, address: null, asked.GetScopes(), asked.GetResources(), session.User.Id, cancellationToken);
        return Page();
    }

    private async Task<IActionResult> ApproveAsync(AuthenticateResult request, Session session, CancellationToken cancellationToken)
    {
        var asked = request.Principal!;
        if (ConsentAnswer.Read(HttpContext.Request.Form, asked.GetScopes(), questions.FindDurations(asked.GetScopes()), time.GetUtcNow()) is not { } answer)
        {
            return BadRequest();
        }

        var principal = await principals.CreateAsync(session.User, answer.Granted, asked.GetResources(), cancellationToken);
        TokenPrincipalFactory.SetAuthenticationTime(principal, session.AuthenticationTime);
        TokenPrincipalFactory.SetAuthenticationMethods(principal, session.Methods);
        ConnectionEnd.Choose(principal, answer.End);
        return SignIn(principal, End(DeviceDoneModel.Allowed), Scheme);
    }

    /// <summary>Looks for the request of the code that was entered; null, and the reason in the model, where there is none.</summary>
    private async Task<AuthenticateResult?> FindRequestAsync()
    {
        if (attempts.Begin(UnitOfWorkMiddleware.OriginOf(HttpContext.Connection.RemoteIpAddress)) is not { } attempt)
        {
            Response.StatusCode = StatusCodes.Status429TooManyRequests;
            ModelState.AddModelError(Parameters.UserCode, text["Device.TooMany"]);
            return null;
        }

        var result = await HttpContext.AuthenticateAsync(Scheme);
        if (result.Succeeded && result.Principal.GetClaim(Claims.ClientId) is { Length: > 0 })
        {
            attempts.Forgive(attempt);
            return result;
        }

        Response.StatusCode = StatusCodes.Status400BadRequest;
        ModelState.AddModelError(Parameters.UserCode, text["Device.Wrong"]);
        return null;
    }

    private PageResult Refused() => this.Show(Response.StatusCode);

    private AuthenticationProperties End(string outcome) => new() { RedirectUri = $"{HttpContext.Request.PathBase}{DeviceDoneModel.Route}?{outcome}" };
}
