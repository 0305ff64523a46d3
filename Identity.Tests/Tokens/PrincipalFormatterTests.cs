using System.Globalization;
using System.Security.Claims;
using CsCheck;
using Identity.Server.Tokens.Entries;
using NUnit.Framework;
using OpenIddict.Abstractions;
using OpenIddict.Server.DataProtection;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Identity.Tests.Tokens;

/// <summary>Principals of tokens that only the server reads come back as they were, whoever wrote them.</summary>
internal sealed class PrincipalFormatterTests
{
    private static readonly Gen<Claim> AnyClaim = Gen.Select(
        Any(Claims.Subject, Claims.Name, Claims.Private.Scope, Claims.Private.Presenter, Claims.Private.AuthorizationId, "custom"),
        Gen.String[0, 20],
        Any(ClaimValueTypes.String, ClaimValueTypes.Integer64, ClaimValueTypes.Boolean, "JSON_ARRAY"),
        Any<string[]>([], [Destinations.AccessToken], [Destinations.AccessToken, Destinations.IdentityToken]),
        (type, value, valueType, destinations) => destinations.Length > 0
            ? new Claim(type, value, valueType).SetDestinations(destinations)
            : new Claim(type, value, valueType));

    [Test]
    public void Any_principal_comes_back_as_it_was() => AnyClaim.Array[0, 20].Sample(
        claims =>
        {
            var principal = new ClaimsPrincipal(new ClaimsIdentity(claims, "Federation", Claims.Name, Claims.Role));
            Assert.That(Describe(Read(Write(new PrincipalFormatter(), principal))), Is.EqualTo(Describe(principal)));
        },
        iter: 500);

    [Test]
    public void A_principal_that_OpenIddicts_own_formatter_wrote_is_read()
    {
        var principal = new ClaimsPrincipal(new ClaimsIdentity("Federation", Claims.Name, Claims.Role));
        principal.SetClaim(Claims.Subject, "alice").SetScopes("openid", "email").SetResources("https://api.example/").SetPresenters("client")
            .SetAuthorizationId("connection").SetTokenId("token").SetCreationDate(DateTimeOffset.Parse("2026-01-02T03:04:05Z", CultureInfo.InvariantCulture));

        var read = Read(Write(new OpenIddictServerDataProtectionFormatter(), principal));

        Assert.Multiple(() =>
        {
            Assert.That(read.GetClaim(Claims.Subject), Is.EqualTo("alice"));
            Assert.That(read.GetScopes(), Is.EqualTo(new[] { "openid", "email" }));
            Assert.That(read.GetResources(), Is.EqualTo(new[] { "https://api.example/" }));
            Assert.That(read.GetPresenters(), Is.EqualTo(new[] { "client" }));
            Assert.That(read.GetAuthorizationId(), Is.EqualTo("connection"));
            Assert.That(read.GetTokenId(), Is.EqualTo("token"));
            Assert.That(read.GetCreationDate(), Is.EqualTo(principal.GetCreationDate()));
        });
    }

    private static Gen<T> Any<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(place => values[place]);

    private static byte[] Write(IOpenIddictServerDataProtectionFormatter formatter, ClaimsPrincipal principal)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        formatter.WriteToken(writer, principal);
        return stream.ToArray();
    }

    private static ClaimsPrincipal Read(byte[] token)
    {
        using var reader = new BinaryReader(new MemoryStream(token));
        return new PrincipalFormatter().ReadToken(reader);
    }

    private static string[] Describe(ClaimsPrincipal principal) =>
    [
        $"{principal.Identity!.AuthenticationType} {((ClaimsIdentity)principal.Identity).NameClaimType} {((ClaimsIdentity)principal.Identity).RoleClaimType}",
        .. principal.Claims.Select(claim => $"{claim.Type} {claim.Value} {claim.ValueType} {string.Join(' ', claim.GetDestinations())}"),
    ];
}
