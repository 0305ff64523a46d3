using System.Collections.Immutable;

namespace Identity.Stores.FileSystem.Models;

/// <summary>An identity at another provider with which a <see cref="User"/> signs in.</summary>
/// <remarks>The provider's tokens are not part of it, and of what it says no more than is needed to decide whether the user may enter.</remarks>
public sealed class UserLogin
{
    /// <summary>Who says so: the issuer, as its tokens name it. ASP.NET Core Identity's <c>LoginProvider</c>.</summary>
    public required string Issuer { get; init; }

    /// <summary>Who it is there, for good: ASP.NET Core Identity's <c>ProviderKey</c>.</summary>
    public required string Subject { get; init; }

    /// <summary>What the user knows the identity by, such as an address; decides nothing.</summary>
    public string? DisplayName { get; init; }

    /// <summary>The provider's name in the host's settings.</summary>
    public string? Provider { get; init; }

    /// <summary>The e-mail address that the provider vouched for at the last sign-in, if any.</summary>
    public string? Email { get; init; }

    /// <summary>The domain for which the provider vouched at the last sign-in that the user belongs to it, if any.</summary>
    public string? Domain { get; init; }

    /// <summary>The tenant of a provider that has several, if any.</summary>
    public string? Tenant { get; init; }

    /// <summary>The groups, of those that the host asks about, in which the provider said the user is at the last sign-in.</summary>
    public ImmutableArray<string> Groups { get => field.IsDefault ? [] : field; init; }

    /// <summary>Whether it is this identity.</summary>
    /// <param name="issuer">The issuer.</param>
    /// <param name="subject">The subject.</param>
    /// <returns>Whether both are the same, to the character.</returns>
    public bool Is(string issuer, string subject) => Issuer == issuer && Subject == subject;
}
