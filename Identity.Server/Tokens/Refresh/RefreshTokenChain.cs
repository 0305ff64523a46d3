using System.Collections.Immutable;
using System.Security.Claims;
using System.Text.Json;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Identity.Server.Tokens.Refresh;

/// <summary>
/// The refresh tokens of a connection, each the successor of the one before. The entry of a redeemed token holds the value of its
/// successor until that is redeemed in turn; from then on it is spent, and presenting it says that two hold the chain.
/// </summary>
internal static class RefreshTokenChain
{
    /// <summary>The claim of a refresh token that names the entry of its predecessor. No other token carries it.</summary>
    public const string PredecessorClaim = "predecessor";

    /// <summary>
    /// What stands in the place of the payload of a spent token. Of such a token nothing more is needed than its entry says, and most
    /// of the tokens that are kept are spent ones. Not empty, since OpenIddict takes a reference token without a payload for a defect.
    /// </summary>
    public const string SpentPayload = "spent";

    private const string SuccessorProperty = "successor";

    /// <summary>Gets the protected value of the successor from the properties of an entry.</summary>
    /// <param name="properties">The properties.</param>
    /// <returns>The value, or <see langword="null"/> where the token was not redeemed yet, or is spent.</returns>
    public static string? GetSuccessor(ImmutableDictionary<string, JsonElement> properties)
        => properties.TryGetValue(SuccessorProperty, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString() : null;

    /// <summary>Keeps the protected value of the successor.</summary>
    /// <param name="properties">The properties of the entry of the token that was redeemed.</param>
    /// <param name="value">The protected value.</param>
    /// <returns>The properties with it.</returns>
    public static ImmutableDictionary<string, JsonElement> SetSuccessor(ImmutableDictionary<string, JsonElement> properties, string value)
        => properties.SetItem(SuccessorProperty, JsonSerializer.SerializeToElement(value, TokensJson.Default.String));

    /// <summary>Takes the value of the successor away.</summary>
    /// <param name="properties">The properties of the entry of a redeemed token.</param>
    /// <returns>The properties without it; the same where it was not there.</returns>
    public static ImmutableDictionary<string, JsonElement> RemoveSuccessor(ImmutableDictionary<string, JsonElement> properties)
        => properties.Remove(SuccessorProperty);

    /// <summary>Gets the principal of the refresh token that a token request presented.</summary>
    /// <param name="context">The sign-in that answers the request.</param>
    /// <returns>The principal, or null where the request presented none.</returns>
    public static ClaimsPrincipal? GetPresented(ProcessSignInContext context)
        => context.EndpointType is OpenIddictServerEndpointType.Token && context.Request.IsRefreshTokenGrantType()
            ? context.Transaction.GetProperty<ProcessAuthenticationContext>(typeof(ProcessAuthenticationContext).FullName!)?.RefreshTokenPrincipal
            : null;

    /// <summary>Whether the entry is that of a redeemed token.</summary>
    /// <param name="tokens">Where entries are read.</param>
    /// <param name="token">The entry.</param>
    /// <param name="cancellationToken">Ends the waiting for the store.</param>
    /// <returns>True if it was redeemed.</returns>
    public static ValueTask<bool> IsRedeemedAsync(IOpenIddictTokenManager tokens, object token, CancellationToken cancellationToken)
        => tokens.HasStatusAsync(token, Statuses.Redeemed, cancellationToken);
}
