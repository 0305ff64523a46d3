using System.Globalization;
using System.Security.Claims;
using OpenIddict.Abstractions;

namespace Identity.Server.Tokens.Connections;

/// <summary>When a connection ends, however often it is refreshed: when its user said, and at the latest when the settings say.</summary>
internal static class ConnectionEnd
{
    /// <summary>The claim that carries what the user chose to where the connection begins. No token has it.</summary>
    private const string ChosenClaim = "connection_end";

    /// <summary>Says when a connection ends by its age.</summary>
    /// <param name="record">The connection.</param>
    /// <param name="options">How long connections last.</param>
    /// <returns>The moment, or <see langword="null"/> where there is no such limit.</returns>
    public static DateTimeOffset? Of(ConnectionRecord record, TokenOptions options)
        => options.ConnectionLifetime is { } lifetime && !(record.ChosenEnd < record.BeganAt + lifetime) ? record.BeganAt + lifetime : record.ChosenEnd;

    /// <summary>Finds when a connection ends by its age, one from before there were records included.</summary>
    /// <param name="record">The connection, if there is a record of it.</param>
    /// <param name="authorizations">Where authorizations are found.</param>
    /// <param name="authorizationId">The identifier of its authorization.</param>
    /// <param name="options">How long connections last.</param>
    /// <param name="cancellationToken">Ends the waiting for the store.</param>
    /// <returns>The moment, or <see langword="null"/> where there is no such limit.</returns>
    public static async ValueTask<DateTimeOffset?> FindAsync(
        ConnectionRecord? record, IOpenIddictAuthorizationManager authorizations, string authorizationId, TokenOptions options, CancellationToken cancellationToken)
        => record is not null ? Of(record, options)
            : options.ConnectionLifetime is { } lifetime
                && await authorizations.FindByIdAsync(authorizationId, cancellationToken) is { } authorization
                && await authorizations.GetCreationDateAsync(authorization, cancellationToken) is { } began
                ? began + lifetime
                : null;

    /// <summary>Keeps with what a user grants when it is to end.</summary>
    /// <param name="principal">What is granted.</param>
    /// <param name="end">The moment; null: no sooner than the settings say.</param>
    public static void Choose(ClaimsPrincipal principal, DateTimeOffset? end)
    {
        if (end is { } moment)
        {
            ((ClaimsIdentity)principal.Identity!).AddClaim(
                new Claim(ChosenClaim, moment.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture), ClaimValueTypes.Integer64));
        }
    }

    /// <summary>Reads when what a user granted is to end.</summary>
    /// <param name="principal">What was granted.</param>
    /// <returns>The moment; null: no sooner than the settings say.</returns>
    public static DateTimeOffset? ReadChosen(ClaimsPrincipal principal)
        => long.TryParse(principal.GetClaim(ChosenClaim), CultureInfo.InvariantCulture, out var seconds) ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;

    /// <summary>Takes it away once it is kept elsewhere, so that no token carries it.</summary>
    /// <param name="principal">What was granted.</param>
    public static void RemoveChosen(ClaimsPrincipal principal) => principal.RemoveClaims(ChosenClaim);
}
