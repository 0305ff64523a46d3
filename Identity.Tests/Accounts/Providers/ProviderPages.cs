using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.Extensions.Logging;

namespace Identity.Tests.Accounts.Providers;

/// <summary>What people see at providers, for a browser that is told to find their names here: a page with one button.</summary>
internal sealed class ProviderPages : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly X509Certificate2 _certificate;

    private ProviderPages(WebApplication app, X509Certificate2 certificate) => (_app, _certificate) = (app, certificate);

    /// <summary>Who agrees at each of the providers, by its host.</summary>
    public Dictionary<string, (PlayedProvider Provider, Dictionary<string, object> Claims)> Visitors { get; } = [];

    /// <summary>What tells Chromium where the providers are.</summary>
    public string[] BrowserArguments =>
    [
        $"--host-resolver-rules={string.Join(", ", Visitors.Keys.Select(host => $"MAP {host}:443 127.0.0.1:{new Uri(_app.Urls.Single()).Port}"))}",
        "--ignore-certificate-errors",
    ];

    public static async Task<ProviderPages> StartAsync()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = TimeProvider.System.GetUtcNow();
        using var signed = new CertificateRequest("CN=providers", key, HashAlgorithmName.SHA256).CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        var certificate = X509CertificateLoader.LoadPkcs12(signed.Export(X509ContentType.Pfx), null);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(certificate)));
        var pages = new ProviderPages(builder.Build(), certificate);
        pages._app.Run(pages.AnswerAsync);
        await pages._app.StartAsync();
        return pages;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _certificate.Dispose();
    }

    private Task AnswerAsync(HttpContext context)
    {
        var (provider, claims) = Visitors[context.Request.Host.Host];
        if (HttpMethods.IsPost(context.Request.Method))
        {
            context.Response.Redirect(provider.Agree(new Uri(context.Request.GetEncodedUrl()), claims).AbsoluteUri);
            return Task.CompletedTask;
        }

        context.Response.ContentType = "text/html";
        return context.Response.WriteAsync(
            $"<!doctype html><title>{provider.Name}</title><link rel=icon href=data:,><form method=post action=\"{WebUtility.HtmlEncode(context.Request.GetEncodedUrl())}\"><button>Yes, it is me</button></form>");
    }
}
