using System.Net;
using System.Net.Sockets;

namespace Identity.Server.ClientDocuments.Fetching;

/// <summary>Fetches a small JSON document from an address that a stranger has named, without becoming the stranger's tool.</summary>
internal sealed class GuardedFetcher(IHttpClientFactory clients, GuardedConnection connection, FetchLimits limits, TimeProvider time)
{
    /// <summary>The name of the client that fetches.</summary>
    public const string ClientName = "client documents";

    /// <summary>How long a fetch may take, from the look-up of the name to the last byte.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    /// <summary>The most bytes of a document, decompressed.</summary>
    public const int MaximumSize = 64 * 1024;

    /// <summary>Creates the handler that connects: no proxy, no redirects, no cookies, no connection used twice.</summary>
    /// <param name="connection">Connects.</param>
    /// <returns>The handler.</returns>
    public static SocketsHttpHandler CreateHandler(GuardedConnection connection) => new()
    {
        ConnectCallback = connection.ConnectAsync,
        UseProxy = false,
        AllowAutoRedirect = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.All,
        MaxResponseHeadersLength = 16,
        // A connection that was kept would be used without a look at its address.
        PooledConnectionLifetime = TimeSpan.Zero,
        ActivityHeadersPropagator = null,
        SslOptions =
        {
            // A certificate can name addresses at which its issuers are to be had; those were looked at by nobody.
            CertificateChainPolicy = new() { DisableCertificateDownloads = true, RevocationMode = System.Security.Cryptography.X509Certificates.X509RevocationMode.NoCheck },
        },
    };

    /// <summary>Fetches a document.</summary>
    /// <param name="address">Its address.</param>
    /// <param name="asker">On whose behalf: an address or network.</param>
    /// <param name="cancellationToken">Ends the fetch.</param>
    /// <returns>What came of it; a fetch that fails does not throw.</returns>
    public async Task<FetchResult> FetchAsync(Uri address, string? asker, CancellationToken cancellationToken)
    {
        if (!connection.AllowsScheme(address))
        {
            return new FetchResult.Failed("the address is not https");
        }

        using var lease = limits.TryBegin(asker, address.IdnHost);
        if (lease is null)
        {
            return new FetchResult.Failed("there were too many fetches on behalf of this address or from this host");
        }

        using var deadline = new CancellationTokenSource(Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            return await SendAsync(address, either.Token);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested)
        {
            return new FetchResult.Failed($"it took longer than {Timeout.TotalSeconds} seconds");
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or SocketException or InvalidDataException)
        {
            return new FetchResult.Failed((exception.InnerException ?? exception).Message);
        }
    }

    private async Task<FetchResult> SendAsync(Uri address, CancellationToken cancellationToken)
    {
        using var client = clients.CreateClient(ClientName);
        using var request = new HttpRequestMessage(HttpMethod.Get, address) { Headers = { Accept = { new("application/json") } } };
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Gone)
        {
            return new FetchResult.Gone();
        }

        if (response.StatusCode is not HttpStatusCode.OK)
        {
            return new FetchResult.Failed($"the answer is {(int)response.StatusCode}, not 200");
        }

        if (!IsJson(response.Content.Headers.ContentType?.MediaType))
        {
            return new FetchResult.Failed("the answer is not application/json");
        }

        return await ReadAsync(response.Content, cancellationToken) is { } body
            ? new FetchResult.Found(body, CacheLifetime.Read(response))
            : new FetchResult.Failed($"the answer has more than {MaximumSize} bytes");
    }

    private static bool IsJson(string? mediaType)
        => string.Equals(mediaType, "application/json", StringComparison.OrdinalIgnoreCase)
        || (mediaType is not null && mediaType.StartsWith("application/", StringComparison.OrdinalIgnoreCase) && mediaType.EndsWith("+json", StringComparison.OrdinalIgnoreCase));

    private static async Task<byte[]?> ReadAsync(HttpContent content, CancellationToken cancellationToken)
    {
        if (content.Headers.ContentLength > MaximumSize)
        {
            return null;
        }

        // Counted as it comes out of the decompression, whatever the headers say.
        await using var stream = await content.ReadAsStreamAsync(cancellationToken);
        var buffer = new byte[MaximumSize + 1];
        var length = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        return length <= MaximumSize ? buffer[..length] : null;
    }
}
