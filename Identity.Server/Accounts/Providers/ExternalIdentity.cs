using System.Security.Claims;
using Identity.Stores.FileSystem.Models;
using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Identity.Server.Accounts.Providers;

/// <summary>Somebody, as a provider describes them.</summary>
/// <param name="Login">Who it is, and what the provider vouches for.</param>
/// <param name="UserName">What an account for them could be called.</param>
/// <param name="Name">The name that others may see.</param>
internal sealed record ExternalIdentity(UserLogin Login, string UserName, string? Name)
{
    private static readonly string[] OfGoogle = ["gmail.com", "googlemail.com"];

    /// <summary>Reads the claims of a provider.</summary>
    /// <param name="provider">The provider.</param>
    /// <param name="token">The claims of its identity token, whose signature, audience and nonce were checked.</param>
    /// <param name="userInfo">Those of its userinfo endpoint, if it was asked; the subject is the same.</param>
    /// <param name="groups">The groups that are asked about.</param>
    /// <returns>The identity; null where the token is not one that this provider may issue.</returns>
    public static ExternalIdentity? Read(
        ExternalProvider provider, ClaimsPrincipal token, ClaimsPrincipal? userInfo, IEnumerable<AdmittedGroup> groups)
    {
        var tenant = provider.Name is ExternalProvider.Microsoft ? token.GetClaim("tid")?.ToLowerInvariant() : null;

        // The object ID is the same for every application of the directory, sub for this one alone: another registration there would end all links.
        var subject = token.GetClaim(provider.Name is ExternalProvider.Microsoft ? "oid" : Claims.Subject);
        var issuer = token.GetClaim(Claims.Issuer);
        if (string.IsNullOrEmpty(subject) || issuer is null || !provider.Issues(issuer, tenant))
        {
            return null;
        }

        ClaimsPrincipal[] sources = userInfo is null ? [token] : [token, userInfo];
        var address = sources.Select(source => FindVouchedAddress(provider, source)).FirstOrDefault(address => address is not null);
        var known = provider.Name is ExternalProvider.Microsoft ? null : Find(Claims.Email);
        var login = new UserLogin
        {
            Issuer = issuer,
            Subject = subject,
            DisplayName = Shorten(known ?? Find(Claims.PreferredUsername), 254),
            Provider = provider.Name,
            Email = address,
            Domain = provider.Name is ExternalProvider.Google ? token.GetClaim("hd") : MailAddresses.FindDomain(address)?.ToLowerInvariant(),
            Tenant = tenant,
            Groups = [.. groups.Where(group => sources.Any(source => source.HasClaim(group.Claim, group.Value))).Select(group => group.Key).Distinct()],
        };
        return new(login, ToUserName(login.DisplayName), Shorten(Find(Claims.Name), 128));

        string? Find(string claim) => sources.Select(source => source.GetClaim(claim)).FirstOrDefault(value => !string.IsNullOrWhiteSpace(value));
    }

    private static string? FindVouchedAddress(ExternalProvider provider, ClaimsPrincipal source)
    {
        if (source.GetClaim(Claims.Email) is not { } email
            || !string.Equals(source.GetClaim(Claims.EmailVerified), "true", StringComparison.OrdinalIgnoreCase)
            || MailAddresses.FindDomain(email) is not { } domain
            || !provider.MayVouchFor(domain))
        {
            return null;
        }

        // Of other addresses Google only knows that they were somebody's once.
        return provider.Name is ExternalProvider.Google && !MailAddresses.Contains(OfGoogle, domain) && string.IsNullOrEmpty(source.GetClaim("hd")) ? null : email;
    }

    private static string ToUserName(string? text)
    {
        var name = string.Concat((text ?? "").Where(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '.' or '_' or '@' or '+').Take(48));
        return name.Length > 0 ? name : "user";
    }

    private static string? Shorten(string? text, int length)
        => text is null ? null : string.Concat(text.Where(character => !char.IsControl(character)).Take(length));
}
