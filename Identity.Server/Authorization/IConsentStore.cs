using System.Collections.Immutable;

namespace Identity.Server.Authorization;

/// <summary>Keeps what users have agreed to, so that they are asked again only when a client wants more.</summary>
internal interface IConsentStore
{
    /// <summary>Finds what the user has agreed to, for all of some resources.</summary>
    /// <param name="clientId">The client, by the identifier it presents.</param>
    /// <param name="subject">The user.</param>
    /// <param name="resources">The resources wanted; empty: no particular one.</param>
    /// <returns>What holds for each of them; null where the user was never asked, or wanted to be connected no longer than until now.</returns>
    Agreement? Find(string clientId, string subject, ImmutableArray<string> resources);

    /// <summary>Remembers that the user agreed, in addition to what is remembered already.</summary>
    /// <inheritdoc cref="Find" path="/param"/>
    /// <param name="agreement">To what.</param>
    /// <param name="cancellationToken">Ends the wait for the disk.</param>
    ValueTask RememberAsync(
        string clientId, string subject, ImmutableArray<string> resources, Agreement agreement, CancellationToken cancellationToken);

    /// <summary>Forgets what a user has agreed to for a client.</summary>
    /// <param name="clientId">The client, by the identifier it presents.</param>
    /// <param name="subject">The user.</param>
    /// <param name="cancellationToken">Ends the wait for the disk.</param>
    ValueTask ForgetAsync(string clientId, string subject, CancellationToken cancellationToken);

    /// <summary>Forgets what anybody has agreed to for a client.</summary>
    /// <param name="clientId">The client, by the identifier it presents.</param>
    /// <param name="cancellationToken">Ends the wait for the disk.</param>
    ValueTask ForgetClientAsync(string clientId, CancellationToken cancellationToken);
}

/// <summary>What a user has agreed to.</summary>
/// <param name="Scopes">The scopes that were allowed.</param>
/// <param name="Declined">The scopes that were asked for as well and left out.</param>
/// <param name="Until">Until when; null: for as long as the settings let connections last.</param>
internal sealed record Agreement(ImmutableArray<string> Scopes, ImmutableArray<string> Declined, DateTimeOffset? Until)
{
    /// <summary>Whether nothing of this would be new.</summary>
    /// <param name="scopes">The scopes wanted.</param>
    public bool Covers(ImmutableArray<string> scopes) => scopes.All(scope => Scopes.Contains(scope, StringComparer.Ordinal));
}
