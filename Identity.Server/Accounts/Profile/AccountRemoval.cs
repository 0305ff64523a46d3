using Identity.Stores.FileSystem.Models;
using Identity.Stores.FileSystem.Storage;
using Microsoft.AspNetCore.Identity;

namespace Identity.Server.Accounts.Profile;

/// <summary>Removes an account with everything that any feature keeps about the person, as one change.</summary>
internal sealed partial class AccountRemoval(
    UserManager<User> users,
    IEnumerable<IPersonalData> features,
    LastAdministrator lastAdministrator,
    StorageDirectory directory,
    ILogger<AccountRemoval> logger)
{
    /// <summary>Removes the account, unless it is the last administrator's.</summary>
    /// <param name="user">The account.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>Whether it was removed, or why not.</returns>
    public async Task<IdentityResult> RemoveAsync(User user, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(user);
        var result = await lastAdministrator.GuardAsync(
            user,
            async token => await directory.ExecuteAsync(
                async part =>
                {
                    // First, since it alone can be refused without an exception, which would discard the rest.
                    var removed = await users.DeleteAsync(user);
                    if (removed.Succeeded)
                    {
                        foreach (var feature in features)
                        {
                            await feature.RemoveAsync(user, part);
                        }
                    }

                    return removed;
                },
                token),
            cancellationToken);
        if (result.Succeeded)
        {
            LogRemoved(logger, user.Id);
        }

        return result;
    }

    [LoggerMessage(EventId = 4031, Level = LogLevel.Information, Message = "Account {UserId} was removed, with everything that was kept about it.")]
    private static partial void LogRemoved(ILogger logger, string userId);
}
