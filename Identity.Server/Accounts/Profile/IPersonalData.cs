using Identity.Stores.FileSystem.Models;

namespace Identity.Server.Accounts.Profile;

/// <summary>
/// What one feature keeps about people. Each feature that keeps something registers one of these: so the person can have a copy of all of
/// it, and it goes when the account does.
/// </summary>
internal interface IPersonalData
{
    /// <summary>What it is called in the copy, such as <c>connections</c>.</summary>
    string Name { get; }

    /// <summary>Describes what is kept, in words and values that the person can read, without secrets.</summary>
    /// <param name="user">The person.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>Something that is written as JSON.</returns>
    ValueTask<object> ReadAsync(User user, CancellationToken cancellationToken);

    /// <summary>Removes what is kept, in the current unit of work. What is kept with the account itself goes with it.</summary>
    /// <param name="user">The person.</param>
    /// <param name="cancellationToken">Ends the removal.</param>
    /// <returns>A task that completes when it is removed, as far as this unit of work sees.</returns>
    ValueTask RemoveAsync(User user, CancellationToken cancellationToken) => ValueTask.CompletedTask;
}
