using System.Net;

namespace Identity.Tests.Infrastructure;

/// <summary>
/// A person with a browser, as far as the server can tell: keeps cookies, follows redirects that stay on the server,
/// fills in the forms it is shown and sends them with whatever hidden fields they carry.
/// </summary>
internal sealed class HttpBrowser : IDisposable
{
    private const int MaximumRedirects = 10;

    private readonly Uri _server;
    private readonly HttpClient _client;

    /// <param name="server">The address of the server; a redirect to any other place ends a journey.</param>
    /// <param name="handler">The way to a server that has no port; null: the network.</param>
    public HttpBrowser(Uri server, HttpMessageHandler? handler = null)
    {
        _server = server;
        _client = new HttpClient(new CookieHandler(Cookies, handler ?? new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
        }))
        {
            Timeout = TimeSpan.FromSeconds(60),
        };
    }

    /// <summary>The cookies of this browser.</summary>
    public CookieContainer Cookies { get; } = new();

    /// <summary>Every redirect until now, in order: what it answered, and with which status.</summary>
    public List<(HttpMethod Method, HttpStatusCode Status)> Redirects { get; } = [];

    /// <summary>
    /// Goes through an authorization: signs in when asked, allows when asked, and returns the address at the client to
    /// which the server sends the browser in the end, with the code or the error in it.
    /// </summary>
    /// <exception cref="InvalidOperationException">A page appeared that is neither sign-in nor consent.</exception>
    public async Task<Uri> AuthorizeAsync(
        Uri authorizeUrl, string user, string password, CancellationToken cancellationToken = default)
    {
        var page = await GoAsync(authorizeUrl, cancellationToken);
        if (IsSignIn(page))
        {
            page = await SignInAsync(page, user, password, cancellationToken);
        }

        if (IsConsent(page))
        {
            page = await SubmitAsync(page, [new("decision", "allow")], cancellationToken);
        }

        return page.LeftFor ?? throw new InvalidOperationException(
            $"The authorization did not end at the client but on a page ({(int)page.Status} {page.Address.AbsolutePath}): {page.Text}");
    }

    public static bool IsSignIn(BrowserPage page) => page.LeftFor is null && page.Forms.Any(form => form.Has("Password") && form.Has("UserName"));

    public static bool IsConsent(BrowserPage page) => page.LeftFor is null && page.Forms.Any(form => form.Has("decision"));

    /// <summary>Opens an address, relative to the server or absolute, and follows it to a page.</summary>
    public Task<BrowserPage> GoAsync(string address, CancellationToken cancellationToken = default) =>
        GoAsync(new Uri(_server, address), cancellationToken);

    /// <inheritdoc cref="GoAsync(string, CancellationToken)"/>
    public Task<BrowserPage> GoAsync(Uri address, CancellationToken cancellationToken = default) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Get, new Uri(_server, address)), cancellationToken);

    /// <summary>Fills in the sign-in form that the page shows.</summary>
    public Task<BrowserPage> SignInAsync(
        BrowserPage page, string user, string password, CancellationToken cancellationToken = default) =>
        SubmitAsync(page, [new("UserName", user), new("Password", password)], cancellationToken);

    /// <summary>
    /// Sends the first form of the page that has all the fields named: with its hidden values and the boxes that are
    /// ticked, then those given. Buttons are sent only when they are named.
    /// </summary>
    public Task<BrowserPage> SubmitAsync(
        BrowserPage page, IReadOnlyList<KeyValuePair<string, string>> fields, CancellationToken cancellationToken = default)
    {
        var form = page.Forms.FirstOrDefault(form => fields.All(field => form.Has(field.Key)))
            ?? throw new InvalidOperationException($"No form on {page.Address} has {string.Join(", ", fields.Select(field => field.Key))}: {page.Text}");

        var values = form.Fields
            .Where(field => field.Name is not null && (field.Type is "hidden" || field is { Type: "checkbox", IsChecked: true }) && fields.All(given => given.Key != field.Name))
            .Select(field => KeyValuePair.Create(field.Name!, field.Value))
            .Concat(fields);

        return PostAsync(form.Action, values, cancellationToken);
    }

    /// <summary>Posts a form that no page has shown.</summary>
    public Task<BrowserPage> PostAsync(
        Uri address, IEnumerable<KeyValuePair<string, string>> fields, CancellationToken cancellationToken = default) =>
        SendAsync(
            new HttpRequestMessage(HttpMethod.Post, new Uri(_server, address)) { Content = new FormUrlEncodedContent(fields) },
            cancellationToken);

    public void Dispose() => _client.Dispose();

    private async Task<BrowserPage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        for (var hop = 0; hop <= MaximumRedirects; hop++)
        {
            using var current = request;
            current.Headers.Accept.ParseAdd("text/html,application/xhtml+xml,*/*;q=0.8");
            using var response = await _client.SendAsync(current, cancellationToken);
            var address = current.RequestUri!;

            if (response.Headers.Location is { } location && (int)response.StatusCode is >= 300 and < 400)
            {
                var target = new Uri(address, location);
                Redirects.Add((current.Method, response.StatusCode));
                if (!IsOnServer(target))
                {
                    return await ReadAsync(response, address, target, cancellationToken);
                }

                request = new HttpRequestMessage(HttpMethod.Get, target);
                continue;
            }

            return await ReadAsync(response, address, leftFor: null, cancellationToken);
        }

        throw new InvalidOperationException($"More than {MaximumRedirects} redirects, the last one to {request.RequestUri}.");
    }

    private bool IsOnServer(Uri address) =>
        Uri.Compare(address, _server, UriComponents.SchemeAndServer, UriFormat.UriEscaped, StringComparison.OrdinalIgnoreCase) == 0;

    private static async Task<BrowserPage> ReadAsync(
        HttpResponseMessage response, Uri address, Uri? leftFor, CancellationToken cancellationToken) => new(
            address,
            response.StatusCode,
            response.Headers,
            response.Content.Headers.ContentType?.MediaType,
            await response.Content.ReadAsStringAsync(cancellationToken),
            leftFor);

    /// <summary>Cookies by hand, so that they also work with a handler that is not the network's.</summary>
    private sealed class CookieHandler(CookieContainer cookies, HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var header = cookies.GetCookieHeader(request.RequestUri!);
            if (header.Length > 0)
            {
                request.Headers.Add("Cookie", header);
            }

            var response = await base.SendAsync(request, cancellationToken);
            if (response.Headers.TryGetValues("Set-Cookie", out var set))
            {
                foreach (var cookie in set)
                {
                    cookies.SetCookies(request.RequestUri!, cookie);
                }
            }

            return response;
        }
    }
}
