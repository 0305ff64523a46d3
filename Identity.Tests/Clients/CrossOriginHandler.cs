namespace Identity.Tests.Clients;

/// <summary>A browser that lets the scripts of one site read what another one answers, where that other one allows it (the CORS protocol of the Fetch standard).</summary>
internal sealed class CrossOriginHandler(string origin, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    private static readonly string[] SimpleMethods = ["GET", "HEAD", "POST"];
    private static readonly string[] SimpleHeaders = ["accept", "accept-language", "content-language"];
    private static readonly string[] SimpleTypes = ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"];

    /// <summary>How often permission was asked for.</summary>
    public int Preflights { get; private set; }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var method = request.Method.Method;
        string[] headers =
        [
            .. request.Headers.Select(header => header.Key)
                .Concat(SimpleTypes.Contains(request.Content?.Headers.ContentType?.MediaType ?? SimpleTypes[0]) ? [] : ["content-type"])
                .Select(name => name.ToLowerInvariant()).Except(SimpleHeaders).Order(StringComparer.Ordinal),
        ];
        if (headers is not [] || !SimpleMethods.Contains(method))
        {
            await AskAsync(request.RequestUri!, method, headers, cancellationToken);
        }

        request.Headers.Add("Origin", origin);
        var response = await base.SendAsync(request, cancellationToken);
        Demand(IsAllowed(response), "reads nothing from", request.RequestUri!);
        return response;
    }

    private async Task AskAsync(Uri address, string method, string[] headers, CancellationToken cancellationToken)
    {
        Preflights++;
        using var preflight = new HttpRequestMessage(HttpMethod.Options, address);
        preflight.Headers.Add("Origin", origin);
        preflight.Headers.Add("Access-Control-Request-Method", method);
        if (headers is not [])
        {
            preflight.Headers.Add("Access-Control-Request-Headers", string.Join(',', headers));
        }

        using var response = await base.SendAsync(preflight, cancellationToken);
        Demand(response.IsSuccessStatusCode && IsAllowed(response), "is not let near", address);
        Demand(SimpleMethods.Contains(method) || List(response, "Access-Control-Allow-Methods").Contains(method, StringComparer.Ordinal), $"may not {method}", address);
        var allowed = List(response, "Access-Control-Allow-Headers");
        foreach (var header in headers)
        {
            // An asterisk stands for any header but this one.
            Demand(allowed.Contains(header, StringComparer.OrdinalIgnoreCase) || (allowed.Contains("*") && header is not "authorization"), $"may not send {header} to", address);
        }
    }

    private bool IsAllowed(HttpResponseMessage response) => List(response, "Access-Control-Allow-Origin") is [var allowed] && (allowed == "*" || allowed == origin);

    private void Demand(bool condition, string problem, Uri address)
    {
        if (!condition)
        {
            throw new HttpRequestException($"The site {origin} {problem} {address.AbsolutePath}.");
        }
    }

    private static string[] List(HttpResponseMessage response, string header)
        => response.Headers.TryGetValues(header, out var values) ? [.. values.SelectMany(value => value.Split(',', StringSplitOptions.TrimEntries))] : [];
}
