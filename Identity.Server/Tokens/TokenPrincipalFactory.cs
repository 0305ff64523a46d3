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
    private static readonly string EveryToken = Write(Destinations.AccessToken, Destinations.IdentityToken);
    private static readonly string IdentityToken = Write(Destinations.IdentityToken);

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
        Add(Claims.Subject, user.Id, EveryToken);
        if (scopes.Contains(Scopes.Profile))
        {
            Add(Claims.Name, user.DisplayName ?? user.UserName, IdentityToken);
            Add(Claims.PreferredUsername, user.UserName, IdentityToken);
        }

        if (user.Email is { Length: > 0 } && scopes.Contains(Scopes.Email))
        {
            Add(Claims.Email, user.Email, IdentityToken);
            Add(Claims.EmailVerified, user.EmailConfirmed ? "true" : "false", IdentityToken, ClaimValueTypes.Boolean);
        }

        identity.SetScopes(scopes);
        identity.SetResources(resources);
        return ValueTask.FromResult(new ClaimsPrincipal(identity));

        void Add(string type, string? value, string destinations, string valueType = ClaimValueTypes.String)
        {
            if (!string.IsNullOrEmpty(value))
            {
                identity.AddClaim(CreateClaim(type, value, valueType, destinations));
            }
        }
    }

    /// <summary>Says when the user signed in, for the ID token.</summary>
    /// <param name="principal">A principal made by this class.</param>
    /// <param name="time">The moment of the sign-in.</param>
    public static void SetAuthenticationTime(ClaimsPrincipal principal, DateTimeOffset time)
        => Add(principal, Claims.AuthenticationTime, time.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture), ClaimValueTypes.Integer64);

    /// <summary>Says how the user signed in (RFC 8176), for the ID token.</summary>
    /// <param name="principal">A principal made by this class.</param>
    /// <param name="methods">The methods; none where nothing is known of them.</param>
    public static void SetAuthenticationMethods(ClaimsPrincipal principal, ImmutableArray<string> methods)
    {
        if (!methods.IsDefaultOrEmpty)
        {
            // As JSON, since one method alone is an array, too.
            Add(principal, Claims.AuthenticationMethodReference, JsonSerializer.Serialize([.. methods], TokensJson.Default.StringArray), JsonClaimValueTypes.JsonArray);
        }
    }

    /// <summary>Takes over when and how the user signed in from what was granted before.</summary>
    /// <param name="granted">The principal of the code or token that was presented.</param>
    /// <param name="principal">A principal made by this class.</param>
    public static void CopyAuthentication(ClaimsPrincipal granted, ClaimsPrincipal principal)
    {
        if (granted.GetClaim(Claims.AuthenticationTime) is { Length: > 0 } time)
        {
            Add(principal, Claims.AuthenticationTime, time, ClaimValueTypes.Integer64);
        }

        if (granted.GetClaim(Claims.AuthenticationMethodReference) is { Length: > 0 } methods)
        {
            Add(principal, Claims.AuthenticationMethodReference, methods, JsonClaimValueTypes.JsonArray);
        }
    }

    private static void Add(ClaimsPrincipal principal, string type, string value, string valueType)
        => ((ClaimsIdentity)principal.Identity!).AddClaim(CreateClaim(type, value, valueType, IdentityToken));

    private static Claim CreateClaim(string type, string value, string valueType, string destinations)
        => new(type, value, valueType) { Properties = { [Properties.Destinations] = destinations } };

    // As OpenIddict writes them on a claim, once instead of for each.
    private static string Write(params ImmutableArray<string> destinations)
        => new Claim(Claims.Subject, string.Empty).SetDestinations(destinations).Properties[Properties.Destinations];
}
