namespace Identity.Server.Registration.InitialAccess;

/// <summary>Keeps what allows clients to be registered.</summary>
internal interface IInitialAccessTokens
{
    /// <summary>Whether a token can be used at this moment.</summary>
    /// <param name="value">What was presented.</param>
    /// <returns>False for one that is unknown, expired, or used as often as it may be.</returns>
    bool IsUsable(string value);

    /// <summary>Uses a token once. Uses of one token must come one after another.</summary>
    /// <param name="value">What was presented.</param>
    /// <param name="cancellationToken">Ends the waiting for the disk.</param>
    /// <returns>Whether it could be used.</returns>
    ValueTask<bool> UseAsync(string value, CancellationToken cancellationToken);

    /// <summary>Makes a token.</summary>
    /// <param name="name">What the administrator calls it.</param>
    /// <param name="uses">How many clients may be registered with it.</param>
    /// <param name="lifetime">How long it can be used.</param>
    /// <param name="cancellationToken">Ends the waiting for the disk.</param>
    /// <returns>The token, and its value, which is nowhere kept.</returns>
    ValueTask<(InitialAccessToken Token, string Value)> CreateAsync(string? name, int uses, TimeSpan lifetime, CancellationToken cancellationToken);

    /// <summary>Lists the tokens.</summary>
    /// <returns>The oldest first.</returns>
    IReadOnlyList<InitialAccessToken> List();

    /// <summary>Ends a token. Clients that were registered with it stay.</summary>
    /// <param name="id">Its identifier.</param>
    /// <param name="cancellationToken">Ends the waiting for the disk.</param>
    /// <returns>Whether there was one.</returns>
    ValueTask<bool> RevokeAsync(string id, CancellationToken cancellationToken);
}
