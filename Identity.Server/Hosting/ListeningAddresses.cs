using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;

namespace Identity.Server.Hosting;

/// <summary>
/// Looks at the addresses on which the server is about to listen before anything is written: without an issuer they must be loopback,
/// and they must be free.
/// </summary>
internal sealed class ListeningAddresses(IConfiguration configuration, IOptions<IdentityServerOptions> options)
{
    /// <summary>Where the server listens unless it is told otherwise.</summary>
    public const string Default = "http://localhost:5080";

    /// <summary>Whether anything says where to listen.</summary>
    /// <param name="configuration">The configuration.</param>
    /// <returns>False when <see cref="Default"/> counts.</returns>
    public static bool AreConfigured(IConfiguration configuration)
        => configuration.GetSection("Kestrel:Endpoints").GetChildren().Any()
        || new[] { WebHostDefaults.ServerUrlsKey, WebHostDefaults.HttpPortsKey, WebHostDefaults.HttpsPortsKey }.Any(key => !string.IsNullOrEmpty(configuration[key]));

    /// <summary>Refuses addresses on which the server must not or cannot listen.</summary>
    /// <exception cref="StartupException">One of them is not loopback although there is no issuer, is in use, or is no address.</exception>
    public void Check()
    {
        foreach (var (source, value) in Configured())
        {
            var address = Parse(source, value);
            // A Unix socket is as private as its file.
            if (address.IsUnixPipe || address.IsNamedPipe)
            {
                continue;
            }

            if (options.Value.GetIssuer() is null && !LoopbackHost.IsLoopback(address.Host))
            {
                throw new StartupException(
                    $"{source} is '{value}', which other machines can reach, and there is no Identity:Issuer. " +
                    "Set Identity:Issuer to the https address by which clients know this server, or listen on localhost.");
            }

            TryListen(address, value);
        }
    }

    private IEnumerable<(string Source, string Value)> Configured()
    {
        // Endpoints of Kestrel's own section count more than addresses, as Kestrel has it.
        var endpoints = configuration.GetSection("Kestrel:Endpoints").GetChildren().Where(endpoint => endpoint["Url"] is not null).ToList();
        return endpoints.Count > 0
            ? endpoints.Select(endpoint => ($"{endpoint.Path}:Url", endpoint["Url"]!))
            : Addresses().Select(value => ("The address (--urls, ASPNETCORE_URLS)", value));
    }

    private IEnumerable<string> Addresses()
    {
        const StringSplitOptions Clean = StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries;
        if (configuration[WebHostDefaults.ServerUrlsKey] is { Length: > 0 } urls)
        {
            return urls.Split(';', Clean);
        }

        return (configuration[WebHostDefaults.HttpPortsKey] ?? "").Split(';', Clean).Select(port => $"http://*:{port}")
            .Concat((configuration[WebHostDefaults.HttpsPortsKey] ?? "").Split(';', Clean).Select(port => $"https://*:{port}"));
    }

    private static BindingAddress Parse(string source, string value)
    {
        try
        {
            return BindingAddress.Parse(value);
        }
        catch (FormatException)
        {
            throw new StartupException($"{source} is '{value}', which is not an address. Allowed: {Default} and the like.");
        }
    }

    private static void TryListen(BindingAddress address, string value)
    {
        // Port 0 asks for any free one.
        if (address.Port is 0)
        {
            return;
        }

        var candidates = string.Equals(address.Host, "localhost", StringComparison.OrdinalIgnoreCase) ? [IPAddress.Loopback]
            : IPAddress.TryParse(address.Host, out var specific) ? new[] { specific }
            : [IPAddress.Any];
        foreach (var candidate in candidates)
        {
            using var listener = new TcpListener(candidate, address.Port);
            try
            {
                listener.Start();
            }
            catch (SocketException exception)
            {
                throw new StartupException(exception.SocketErrorCode is SocketError.AddressAlreadyInUse
                    ? $"{value} is in use: another program listens there. Stop it, or choose another address with --urls."
                    : $"The server cannot listen on {value}: {exception.Message}. Choose another address with --urls.");
            }
        }
    }
}
