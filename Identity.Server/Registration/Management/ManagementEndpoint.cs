using OpenIddict.Abstractions;

namespace Identity.Server.Registration.Management;

/// <summary>
/// GET, PUT and DELETE /connect/register/{client_id} (RFC 7592). Clients that do not exist, that nobody owns, and wrong tokens are all
/// answered in the same way.
/// </summary>
internal sealed class ManagementEndpoint(ManagedClients clients)
{
    /// <summary>The value in the path that names the client.</summary>
    public const string ClientId = "client_id";

    private const string BadToken = "The registration access token is not that of this client.";

    private delegate Task Action(object application, string token);

    /// <summary>Tells what the client is registered with: 200.</summary>
    /// <param name="context">The request.</param>
    /// <returns>A task that completes when the request is answered.</returns>
    public Task ReadAsync(HttpContext context) => HandleAsync(context, async (application, token)
        => await RegistrationAnswer.WriteAsync(context, StatusCodes.Status200OK, await clients.ReadAsync(application, token, context.RequestAborted)));

    /// <summary>Registers the client anew: 200 with another token, or 400.</summary>
    /// <param name="context">The request.</param>
    /// <returns>A task that completes when the request is answered.</returns>
    public Task UpdateAsync(HttpContext context) => HandleAsync(context, async (application, _) =>
    {
        RegistrationResponse response;
        try
        {
            var request = await RegistrationBody.ReadAsync(context.Request, RegistrationJson.Default.UpdateRequest);
            response = await clients.UpdateAsync(application, request, context.RequestAborted);
        }
        catch (RegistrationException exception)
        {
            await RegistrationAnswer.WriteAsync(context, exception.Error);
            return;
        }

        await RegistrationAnswer.WriteAsync(context, StatusCodes.Status200OK, response);
    });

    /// <summary>Deletes the client: 204.</summary>
    /// <param name="context">The request.</param>
    /// <returns>A task that completes when the request is answered.</returns>
    public Task DeleteAsync(HttpContext context) => HandleAsync(context, async (application, _) =>
    {
        await clients.DeleteAsync(application, context.RequestAborted);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        context.Response.Headers.CacheControl = "no-store";
    });

    private async Task HandleAsync(HttpContext context, Action action)
    {
        var token = RegistrationAnswer.FindBearerToken(context.Request);
        var application = await clients.FindAsync((string)context.Request.RouteValues[ClientId]!, token, context.RequestAborted);
        if (application is null)
        {
            await RegistrationAnswer.WriteUnauthorizedAsync(context, isPresented: token is not null, BadToken);
            return;
        }

        try
        {
            await action(application, token!);
        }
        catch (OpenIddictExceptions.ConcurrencyException)
        {
            // Another request with the same token was first, and that token is now void.
            await RegistrationAnswer.WriteUnauthorizedAsync(context, isPresented: true, BadToken);
        }
    }
}
