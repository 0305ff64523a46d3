using System.Security.Cryptography;
using System.Text;
using NetEscapades.AspNetCore.SecurityHeaders.Infrastructure;

namespace Identity.Server.Pages;

/// <summary>
/// The security headers of all responses. Pages run no script, load nothing but the stylesheet, stand in no frame, and
/// their forms lead nowhere else, except where a page says so with <see cref="AllowFormAction"/>.
/// </summary>
internal static class PageHeaders
{
    private static readonly HeaderPolicyCollection Policy = Create(null);

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
        context.Features.Set(new Exemption(source, script));
    }

    internal static void Configure(SecurityHeaderPolicyBuilder builder) => builder
        .SetDefaultPolicy(Policy)
        .SetPolicySelector(context => context.HttpContext.Features.Get<Exemption>() is { } exemption ? Create(exemption) : Policy);

    private static HeaderPolicyCollection Create(Exemption? exemption) => new HeaderPolicyCollection()
        .AddContentTypeOptionsNoSniff()
        .AddFrameOptionsDeny()
        .AddReferrerPolicyNoReferrer()
        .AddCrossOriginOpenerPolicy(opener => opener.SameOrigin())
        .AddContentSecurityPolicy(csp =>
        {
            csp.AddDefaultSrc().None();
            csp.AddStyleSrc().Self();
            csp.AddImgSrc().Self();
            csp.AddBaseUri().None();
            csp.AddFrameAncestors().None();
            var forms = csp.AddFormAction().Self();
            if (exemption is not null)
            {
                forms.From(exemption.FormAction);
            }

            if (exemption?.Script is { } script)
            {
                csp.AddScriptSrc().WithHash256(Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(script))));
            }
        });

    private sealed record Exemption(string FormAction, string? Script);
}
