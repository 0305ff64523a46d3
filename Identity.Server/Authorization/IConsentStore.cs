using System.Collections.Immutable;

namespace Identity.Server.Authorization;

/// <summary>Keeps what users have agreed to, so that they are asked again only when a client wants more.</summary>
internal interface IConsentStore
{
    /// <summary>Whether the user has agreed to all of this before.</summary>
    /// <param name="clientId">The client, by the identifier it presents.</param>
    /// <param name="subject">The user.</param>
    /// <param name="resources">The resources wanted; empty: no particular one.</param>
    /// <param name="scopes">The scopes wanted.</param>
    bool Covers(string clientId, string subject, ImmutableArray<string> resources, ImmutableArray<string> scopes);

    /// <summary>Remembers that the user agreed, in addition to what is remembered already.</summary>
    /// <inheritdoc cref="Covers" path="/param"/>
    /// <param name="cancellationToken">Ends the wait for the disk.</param>
    ValueTask RememberAsync(
        string clientId, string subject, ImmutableArray<string> resources, ImmutableArray<string> scopes,
        CancellationToken cancellationToken);

    /// <summary>Forgets what anybody has agreed to for a client.</summary>
    /// <param name="clientId">The client, by the identifier it presents.</param>
    /// <param name="cancellationToken">Ends the wait for the disk.</param>
    ValueTask ForgetClientAsync(string clientId, CancellationToken cancellationToken);
}
