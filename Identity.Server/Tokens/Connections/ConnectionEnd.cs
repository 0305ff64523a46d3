using OpenIddict.Abstractions;

namespace Identity.Server.Tokens.Connections;

/// <summary>When a connection ends, however often it is refreshed.</summary>
internal static class ConnectionEnd
{
    /// <summary>Finds when a connection ends by its age.</summary>
    /// <param name="authorizations">Where authorizations are found.</param>
    /// <param name="authorizationId">The identifier of its authorization.</param>
    /// <param name="options">How long connections last.</param>
    /// <param name="cancellationToken">Ends the waiting for the store.</param>
    /// <returns>The moment, or <see langword="null"/> where there is no such limit.</returns>
    public static async ValueTask<DateTimeOffset?> FindAsync(
        IOpenIddictAuthorizationManager authorizations, string authorizationId, TokenOptions options, CancellationToken cancellationToken)
        => options.ConnectionLifetime is { } lifetime
            && await authorizations.FindByIdAsync(authorizationId, cancellationToken) is { } authorization
            && await authorizations.GetCreationDateAsync(authorization, cancellationToken) is { } began
            ? began + lifetime
            : null;
}
