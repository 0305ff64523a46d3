using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Claims;
using System.Text.Json;
using Identity.Stores.FileSystem.Models;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Identity.Server.Tokens;

/// <summary>Decides what tokens say about an account, and which token says it.</summary>
/// <remarks>
/// Access tokens go to resource servers and name nobody: a program that wants to know more than the subject asks the userinfo endpoint.
/// </remarks>
internal sealed class TokenPrincipalFactory
{
    /// <summary>Creates the principal from which all tokens of one authorization are made.</summary>
    /// <param name="user">The account.</param>
    /// <param name="scopes">The scopes that are granted.</param>
    /// <param name="resources">The resources (RFC 8707) that are granted, as they are registered.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The principal, its claims with their destinations.</returns>
    [SuppressMessage("Performance", "CA1822:Mark members as static", Justification = "A service: what accounts know may come to lie elsewhere.")]
    public ValueTask<ClaimsPrincipal> CreateAsync(
        User user, ImmutableArray<string> scopes, ImmutableArray<string> resources, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(user);
        cancellationToken.ThrowIfCancellationRequested();

        var identity = new ClaimsIdentity(TokenValidationParameters.DefaultAuthenticationType, Claims.Name, Claims.Role);
        identity.SetClaim(Claims.Subject, user.Id);
        identity.SetClaim(Claims.Name, user.DisplayName ?? user.UserName);
        identity.SetClaim(Claims.PreferredUsername, user.UserName);
        if (user.Email is { Length: > 0 })
        {
            identity.SetClaim(Claims.Email, user.Email);
            identity.SetClaim(Claims.EmailVerified, user.EmailConfirmed);
        }

        identity.SetScopes(scopes);
        identity.SetResources(resources);
        identity.SetDestinations(claim => GetDestinations(claim, scopes));
        return ValueTask.FromResult(new ClaimsPrincipal(identity));
    }

    /// <summary>Says when the user signed in, for the ID token.</summary>
    /// <param name="principal">A principal made by this class.</param>
    /// <param name="time">The moment of the sign-in.</param>
    public static void SetAuthenticationTime(ClaimsPrincipal principal, DateTimeOffset time)
        => ((ClaimsIdentity)principal.Identity!)
            .AddClaim(new Claim(Claims.AuthenticationTime, time.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture), ClaimValueTypes.Integer64)
                .SetDestinations(Destinations.IdentityToken));

    /// <summary>Says how the user signed in (RFC 8176), for the ID token.</summary>
    /// <param name="principal">A principal made by this class.</param>
    /// <param name="methods">The methods; none where nothing is known of them.</param>
    public static void SetAuthenticationMethods(ClaimsPrincipal principal, ImmutableArray<string> methods)
    {
        if (!methods.IsDefaultOrEmpty)
        {
            // As JSON, since one method alone is an array, too.
            ((ClaimsIdentity)principal.Identity!).AddClaim(
                new Claim(Claims.AuthenticationMethodReference, JsonSerializer.Serialize([.. methods], TokensJson.Default.StringArray), JsonClaimValueTypes.JsonArray)
                    .SetDestinations(Destinations.IdentityToken));
        }
    }

    /// <summary>Takes over when and how the user signed in from what was granted before.</summary>
    /// <param name="granted">The principal of the code or token that was presented.</param>
    /// <param name="principal">A principal made by this class.</param>
    public static void CopyAuthentication(ClaimsPrincipal granted, ClaimsPrincipal principal)
    {
        if (long.TryParse(granted.GetClaim(Claims.AuthenticationTime), CultureInfo.InvariantCulture, out var seconds))
        {
            SetAuthenticationTime(principal, DateTimeOffset.FromUnixTimeSeconds(seconds));
        }

        if (granted.GetClaim(Claims.AuthenticationMethodReference) is { Length: > 0 } methods)
        {
            SetAuthenticationMethods(principal, [.. JsonSerializer.Deserialize(methods, TokensJson.Default.StringArray) ?? []]);
        }
    }

    private static IEnumerable<string> GetDestinations(Claim claim, ImmutableArray<string> scopes) => claim.Type switch
    {
        Claims.Subject => [Destinations.AccessToken, Destinations.IdentityToken],
        Claims.Name or Claims.PreferredUsername when scopes.Contains(Scopes.Profile) => [Destinations.IdentityToken],
        Claims.Email or Claims.EmailVerified when scopes.Contains(Scopes.Email) => [Destinations.IdentityToken],
        _ => [],
    };
}
