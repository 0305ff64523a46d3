using System.Collections.Immutable;
using System.Text.Json;
using Identity.Stores.FileSystem.Storage;

namespace Identity.Stores.FileSystem.Models;

/// <summary>A client registration, kept in <c>clients.json</c>.</summary>
public sealed class Application : Entity
{
    /// <summary>The client identifier (RFC 6749 §2.2).</summary>
    public string? ClientId { get; set; }

    /// <summary>The client secret as the manager made it unreadable, never the secret itself.</summary>
    public string? ClientSecret { get; set; }

    /// <summary><c>public</c> or <c>confidential</c> (RFC 6749 §2.1).</summary>
    public string? ClientType { get; set; }

    /// <summary><c>native</c> or <c>web</c> (OpenID Connect Dynamic Client Registration 1.0 §2).</summary>
    public string? ApplicationType { get; set; }

    /// <summary>How consent is asked for; one of OpenIddict's consent types.</summary>
    public string? ConsentType { get; set; }

    /// <summary>The name that users see.</summary>
    public string? DisplayName { get; set; }

    /// <summary>The name by culture, such as <c>fr-CA</c>.</summary>
    public ImmutableDictionary<string, string> DisplayNames { get; set; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Where the user may be sent back to with an authorization response.</summary>
    public ImmutableArray<string> RedirectUris { get; set; } = [];

    /// <summary>Where the user may be sent back to after signing out.</summary>
    public ImmutableArray<string> PostLogoutRedirectUris { get; set; } = [];

    /// <summary>What the client may do, as OpenIddict writes it: <c>ept:</c>, <c>gt:</c>, <c>rst:</c>, <c>scp:</c>.</summary>
    public ImmutableArray<string> Permissions { get; set; } = [];

    /// <summary>What is asked of the client, such as PKCE.</summary>
    public ImmutableArray<string> Requirements { get; set; } = [];

    /// <summary>Settings of OpenIddict's for this client, such as token lifetimes.</summary>
    public ImmutableDictionary<string, string> Settings { get; set; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>The public keys of a client that authenticates by <c>private_key_jwt</c> (RFC 7517).</summary>
    public JsonElement? JsonWebKeySet { get; set; }

    /// <summary>Whatever else a host keeps with the client.</summary>
    public ImmutableDictionary<string, JsonElement> Properties { get; set; } = ImmutableDictionary<string, JsonElement>.Empty;
}
