using System.Collections.Immutable;
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
    /// <param name="descriptor">The entry of the token that was redeemed.</param>
    /// <param name="value">The protected value.</param>
    public static void SetSuccessor(OpenIddictTokenDescriptor descriptor, string value)
        => descriptor.Properties[SuccessorProperty] = JsonSerializer.SerializeToElement(value, TokensJson.Default.String);

    /// <summary>Makes a redeemed token a spent one: the value of its successor and its own payload go.</summary>
    /// <param name="descriptor">The entry of the token.</param>
    /// <returns>Whether it was not spent yet.</returns>
    public static bool Spend(OpenIddictTokenDescriptor descriptor)
    {
        if (!descriptor.Properties.Remove(SuccessorProperty))
        {
            return false;
        }

        descriptor.Payload = SpentPayload;
        return true;
    }

    /// <summary>Finds the entry of the refresh token that a token request presented.</summary>
    /// <param name="context">The sign-in that answers the request.</param>
    /// <param name="tokens">Where entries are found.</param>
    /// <returns>The entry, and the principal of the token, or nulls where the request presented none.</returns>
    public static async ValueTask<(object? Token, System.Security.Claims.ClaimsPrincipal? Principal)> FindPresentedAsync(
        ProcessSignInContext context, IOpenIddictTokenManager tokens)
    {
        if (context.EndpointType is OpenIddictServerEndpointType.Token && context.Request.IsRefreshTokenGrantType()
            && context.Transaction.GetProperty<ProcessAuthenticationContext>(typeof(ProcessAuthenticationContext).FullName!)
                is { RefreshTokenPrincipal: { } principal }
            && principal.GetTokenId() is { Length: > 0 } id)
        {
            return (await tokens.FindByIdAsync(id, context.CancellationToken), principal);
        }

        return (null, null);
    }

    /// <summary>Whether the entry is that of a redeemed token.</summary>
    /// <param name="tokens">Where entries are read.</param>
    /// <param name="token">The entry.</param>
    /// <param name="cancellationToken">Ends the waiting for the store.</param>
    /// <returns>True if it was redeemed.</returns>
    public static ValueTask<bool> IsRedeemedAsync(IOpenIddictTokenManager tokens, object token, CancellationToken cancellationToken)
        => tokens.HasStatusAsync(token, Statuses.Redeemed, cancellationToken);
}
