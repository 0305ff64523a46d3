using Identity.Stores.FileSystem.Models;

namespace Identity.Server.Accounts.Profile;

/// <summary>What the account itself says about a person.</summary>
internal sealed class AccountData : IPersonalData
{
    /// <inheritdoc/>
    public string Name => "account";

    /// <inheritdoc/>
    public ValueTask<object> ReadAsync(User user, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(user);
        return ValueTask.FromResult<object>(new
        {
            user.Id,
            user.UserName,
            user.DisplayName,
            user.Email,
            EmailConfirmed = user.Email is null ? (bool?)null : user.EmailConfirmed,
            HasPassword = user.PasswordHash is not null,
            WrongPasswordsSinceTheLastRightOne = user.AccessFailedCount,
            LockedUntil = user.LockoutEnd,
            user.IsAdministrator,
            Created = user.CreationDate,
        });
    }
}
