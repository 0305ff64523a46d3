using System.Collections.Immutable;
using Identity.Server.Accounts;
using Identity.Server.Authorization.Consents;
using Identity.Server.ClientDocuments;
using Identity.Server.Pages;
using Identity.Server.Resources;
using Identity.Server.Tokens;
using Identity.Server.Tokens.Connections;
using Microsoft.AspNetCore;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using OpenIddict.Abstractions;
using OpenIddict.Server.AspNetCore;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Identity.Server.Authorization;

/// <summary>
/// The authorization endpoint (RFC 6749 §3.1) from the moment when OpenIddict has found a request valid and keeps it in
/// memory under its <c>request_uri</c>: who is it, do they agree, and back to the client.
/// </summary>
/// <remarks>
/// A client may post its request here too, without a token against forgery; it is only shown, and a decision is looked at
/// after <see cref="IAntiforgery"/> has vouched for it.
/// </remarks>
[IgnoreAntiforgeryToken(Order = 1001)]
internal sealed class AuthorizeModel(
    IConsentStore consents,
    ConsentQuestions questions,
    ConnectionRecords connections,
    DocumentConsents documents,
    ResourceCatalog catalog,
    ScopePolicy policy,
    TokenPrincipalFactory principals,
    SignInAddress addresses,
    IAntiforgery antiforgery,
    TimeProvider time) : PageModel
{
    internal const string Route = "/connect/authorize";

    private const string Scheme = OpenIddictServerAspNetCoreDefaults.AuthenticationScheme;

    public AuthorizationRequest Pending { get; private set; } = null!;

    public string UserName { get; private set; } = string.Empty;

    /// <summary>What the person is asked.</summary>
    public ConsentQuestion Question { get; private set; } = null!;

    /// <summary>What of its description is agreed to here.</summary>
    public string? DocumentVersion => documents.FindVersion(Pending.ClientId);

    public string RequestUri => Request.RequestUri!;

    public string FormAction => HttpContext.Request.PathBase + HttpContext.Request.Path;

    public string SignInAddress => addresses.Create(HttpContext, Here, Pending.Address.FormActionSource, Request.LoginHint);

    private new OpenIddictRequest Request => HttpContext.GetOpenIddictServerRequest()
        ?? throw new InvalidOperationException("The authorization page was reached without an authorization request.");

    /// <summary>This page with what it takes to come back to the request that is kept in memory.</summary>
    private string Here => FormAction + new QueryBuilder
    {
        { Parameters.ClientId, Request.ClientId! },
        { Parameters.RequestUri, Request.RequestUri! },
    };

    public async Task<IActionResult> OnGetAsync(CancellationToken cancellationToken)
    {
        await ReadAsync(cancellationToken);
        var silent = Request.HasPromptValue(PromptValues.None);
        var session = await Session.FindAsync(HttpContext);
        if (session is null || MustSignInAgain(session))
        {
            return silent
                ? Refuse(Errors.LoginRequired, "The user is not signed in, or not recently enough.")
                : Redirect(SignInAddress);
        }

        var agreement = consents.Find(Pending.ClientId, session.User.Id, Pending.Resources);
        if (agreement is not null && !MustAsk(session, agreement))
        {
            return await ApproveAsync(session, Pending.Scopes, agreement.Until, cancellationToken);
        }

        if (silent)
        {
            return Refuse(Errors.ConsentRequired, "The user has to agree first.");
        }

        UserName = session.User.UserName ?? string.Empty;
        Question = await questions.CreateAsync(
            Pending.ClientId, Pending.Address, Pending.Scopes, Pending.Resources, session.User.Id, cancellationToken);
        HttpContext.AllowFormAction(Pending.Address.FormActionSource);
        return Page();
    }

    public async Task<IActionResult> OnPostAsync(CancellationToken cancellationToken)
    {
        var decision = HttpContext.Request.Form["decision"].ToString();
        if (decision.Length == 0)
        {
            // A client's own post. Over again as GET, with which the browser also sends the session's cookie.
            return Redirect(Here);
        }

        if (!await antiforgery.IsRequestValidAsync(HttpContext))
        {
            return BadRequest();
        }

        await ReadAsync(cancellationToken);
        var session = await Session.FindAsync(HttpContext);
        if (session is null || MustSignInAgain(session))
        {
            return Redirect(SignInAddress);
        }

        if (decision != "allow")
        {
            return Refuse(Errors.AccessDenied, "The user said no.");
        }

        if (HttpContext.Request.Form["document"].ToString() != (DocumentVersion ?? string.Empty))
        {
            // Changed while the person was reading. Over again, with what it says now.
            return Redirect(Here);
        }

        if (ConsentAnswer.Read(HttpContext.Request.Form, Pending.Scopes, questions.FindDurations(Pending.Scopes), time.GetUtcNow()) is not { } answer)
        {
            return BadRequest();
        }

        await documents.RememberAsync(Pending.ClientId, session.User.Id, cancellationToken);
        if (Pending.Address.BelongsToClient)
        {
            await consents.RememberAsync(
                Pending.ClientId, session.User.Id, Pending.Resources, answer.ToAgreement(), cancellationToken);
        }

        return await ApproveAsync(session, answer.Granted, answer.End, cancellationToken);
    }

    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        var transaction = HttpContext.Features.Get<OpenIddictServerAspNetCoreFeature>()!.Transaction!;
        Pending = await AuthorizationRequest.ReadAsync(transaction, catalog, policy, cancellationToken);
    }

    /// <summary>Whether the client wants the person to prove anew who they are, and they have not done so for it yet.</summary>
    private bool MustSignInAgain(Session session)
    {
        if (session.AnsweredRequest == Request.RequestUri)
        {
            return false;
        }

        return Request.HasPromptValue(PromptValues.Login)
            || Request.HasPromptValue(PromptValues.SelectAccount)
            // Zero is another way to say prompt=login (OpenID Connect Core 1.0, section 3.1.2.1), within the same second, too.
            || Request.MaxAge is 0
            || (Request.MaxAge is > 0 and var seconds
                && time.GetUtcNow().ToUnixTimeSeconds() - session.AuthenticationTime.ToUnixTimeSeconds() > seconds);
    }

    private bool MustAsk(Session session, Agreement agreement) =>
        Request.HasPromptValue(PromptValues.Consent)
        || !Pending.Address.BelongsToClient
        || !documents.Covers(Pending.ClientId, session.User.Id)
        || connections.HasPaused(session.User.Id, Pending.ClientId)
        || !agreement.Covers(Pending.Scopes);

    private async Task<IActionResult> ApproveAsync(
        Session session, ImmutableArray<string> scopes, DateTimeOffset? end, CancellationToken cancellationToken)
    {
        var principal = await principals.CreateAsync(session.User, scopes, Pending.Resources, cancellationToken);
        TokenPrincipalFactory.SetAuthenticationTime(principal, session.AuthenticationTime);
        TokenPrincipalFactory.SetAuthenticationMethods(principal, session.Methods);
        ConnectionEnd.Choose(principal, end);
        return SignIn(principal, Scheme);
    }

    private ForbidResult Refuse(string error, string description) => Forbid(
        new AuthenticationProperties(new Dictionary<string, string?>
        {
            [OpenIddictServerAspNetCoreConstants.Properties.Error] = error,
            [OpenIddictServerAspNetCoreConstants.Properties.ErrorDescription] = description,
        }),
        Scheme);
}
