using System.Net;
using System.Net.Sockets;
using Identity.Stores.FileSystem.Storage;
using Microsoft.AspNetCore.Http.Features;

namespace Identity.Server.Hosting;

/// <summary>
/// One unit of work for each request: all that it changes is one change, and its response begins when that, and everything it
/// read, is on disk.
/// </summary>
internal sealed partial class UnitOfWorkMiddleware(RequestDelegate next, StorageDirectory directory, ILogger<UnitOfWorkMiddleware> logger)
{
    /// <summary>Runs the rest of the pipeline in a unit of work and commits it.</summary>
    /// <param name="context">The request.</param>
    /// <returns>A task that completes when the response may be sent to its end.</returns>
    /// <exception cref="StorageException">The changes could not be made durable, and nothing of the response was sent.</exception>
    public async Task InvokeAsync(HttpContext context)
    {
        using var unit = directory.BeginUnitOfWork(OriginOf(context.Connection.RemoteIpAddress));
        var body = context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        await using var gate = new CommitGate(unit, body);
        context.Features.Set<IHttpResponseBodyFeature>(gate);
        try
        {
            await next(context);
            await gate.FinishAsync();
        }
        catch (Exception exception) when (context.Response.HasStarted && exception is StorageException or ConcurrencyConflictException or DuplicateKeyException)
        {
            // The client was told of something that then did not happen: a torn connection is the only honest answer left.
            LogTornResponse(logger, context.Request.Path, exception);
            context.Abort();
        }
        finally
        {
            context.Features.Set(body);
        }
    }

    /// <summary>On whose behalf a request runs, as far as its address tells: IPv6 by /64, of which one customer has at least one.</summary>
    /// <param name="address">The client's address, after proxies that count.</param>
    /// <returns>The address or network, or null when there is none (a Unix socket).</returns>
    internal static string? OriginOf(IPAddress? address)
    {
        if (address is null or { AddressFamily: AddressFamily.InterNetwork })
        {
            return address?.ToString();
        }

        if (address.IsIPv4MappedToIPv6)
        {
            return address.MapToIPv4().ToString();
        }

        var bytes = address.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return $"{new IPAddress(bytes)}/64";
    }

    [LoggerMessage(EventId = 2001, Level = LogLevel.Error,
        Message = "A change of the request to '{Path}' failed after its response had begun; the connection was closed.")]
    private static partial void LogTornResponse(ILogger logger, string path, Exception exception);
}
