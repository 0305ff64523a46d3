using System.Security.Cryptography;
using System.Text;
using Identity.Server.Accounts;
using NetEscapades.AspNetCore.SecurityHeaders.Infrastructure;

namespace Identity.Server.Pages;

/// <summary>
/// The security headers of all responses. Pages run no script, load nothing but the stylesheet, stand in no frame, and
/// their forms lead nowhere else, except where a page says so with <see cref="AllowFormAction"/> or <see cref="AllowOwnScript"/>.
/// </summary>
internal static class PageHeaders
{
    private static readonly HeaderPolicyCollection Policy = Create(exemption: null, isOnTheWay: false);
    private static readonly HeaderPolicyCollection PolicyOnTheWay = Create(exemption: null, isOnTheWay: true);

    /// <summary>
    /// Lets the form of the page being written lead to one more origin or scheme. Browsers apply the rule to the redirect
    /// that answers the form, too.
    /// </summary>
    /// <param name="context">The request that the page answers.</param>
    /// <param name="source">An origin, or a scheme with its colon.</param>
    /// <param name="script">A script on the page, to the letter, that may run; null: none.</param>
    public static void AllowFormAction(this HttpContext context, string source, string? script = null)
    {
        ArgumentNullException.ThrowIfNull(context);
        context.Features.Set(Find(context) with { FormAction = source, Script = script });
    }

    /// <summary>Lets the page being written run scripts that are part of this server.</summary>
    /// <param name="context">The request that the page answers.</param>
    public static void AllowOwnScript(this HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        context.Features.Set(Find(context) with { OwnScript = true });
    }

    internal static void Configure(SecurityHeaderPolicyBuilder builder) => builder
        .SetDefaultPolicy(Policy)
        .SetPolicySelector(context => (context.HttpContext.Features.Get<Exemption>(), IsOnTheWay(context.HttpContext.Request.Path)) switch
        {
            ({ } exemption, var isOnTheWay) => Create(exemption, isOnTheWay),
            (null, true) => PolicyOnTheWay,
            _ => Policy,
        });

    /// <summary>
    /// Whether a person passes here on the way from a client and back to it. Clients on the web open a window for that, and
    /// their page at its end reports to the one that opened it: Cross-Origin-Opener-Policy anywhere on the way would have
    /// cut the two apart.
    /// </summary>
    private static bool IsOnTheWay(PathString path) =>
        path.StartsWithSegments("/connect", StringComparison.OrdinalIgnoreCase)
        || path.StartsWithSegments(SignInModel.Route, StringComparison.OrdinalIgnoreCase);

    private static HeaderPolicyCollection Create(Exemption? exemption, bool isOnTheWay) => new HeaderPolicyCollection()
        .AddContentTypeOptionsNoSniff()
        .AddFrameOptionsDeny()
        .AddReferrerPolicyNoReferrer()
        .AddCrossOriginOpenerPolicy(opener =>
        {
            if (isOnTheWay)
            {
                opener.UnsafeNone();
            }
            else
            {
                opener.SameOrigin();
            }
        })
        .AddContentSecurityPolicy(csp =>
        {
            csp.AddDefaultSrc().None();
            csp.AddStyleSrc().Self();
            csp.AddImgSrc().Self();
            csp.AddBaseUri().None();
            csp.AddFrameAncestors().None();
            var forms = csp.AddFormAction().Self();
            if (exemption?.FormAction is { } action)
            {
                forms.From(action);
            }

            if (exemption?.Script is { } script)
            {
                csp.AddScriptSrc().WithHash256(Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(script))));
            }
            else if (exemption is { OwnScript: true })
            {
                csp.AddScriptSrc().Self();
            }
        });

    private static Exemption Find(HttpContext context) => context.Features.Get<Exemption>() ?? new(null, null, OwnScript: false);

    private sealed record Exemption(string? FormAction, string? Script, bool OwnScript);
}
