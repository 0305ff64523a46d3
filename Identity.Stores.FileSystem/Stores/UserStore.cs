using Identity.Stores.FileSystem.Models;
using Identity.Stores.FileSystem.Storage;
using Microsoft.AspNetCore.Identity;

namespace Identity.Stores.FileSystem.Stores;

/// <summary>Keeps local accounts in <c>users.json</c> for ASP.NET Core Identity.</summary>
/// <param name="directory">Where they are kept.</param>
/// <param name="describer">The words for what goes wrong.</param>
internal sealed partial class UserStore(StorageDirectory directory, IdentityErrorDescriber describer)
    : IUserPasswordStore<User>, IUserEmailStore<User>, IUserLockoutStore<User>, IUserSecurityStampStore<User>, IQueryableUserStore<User>,
        IUserTwoFactorStore<User>, IUserAuthenticatorKeyStore<User>, IUserTwoFactorRecoveryCodeStore<User>, IUserPasskeyStore<User>, IUserLoginStore<User>
{
    private readonly Collection<User> _users = directory.GetCollection(Collections.Users);

    /// <summary>Copies of all accounts.</summary>
    public IQueryable<User> Users => _users.List().AsQueryable();

    /// <inheritdoc/>
    public Task<IdentityResult> CreateAsync(User user, CancellationToken cancellationToken)
        => ResultAsync(user, () => _users.AddAsync(user, cancellationToken));

    /// <inheritdoc/>
    public Task<IdentityResult> UpdateAsync(User user, CancellationToken cancellationToken)
        => ResultAsync(user, () => _users.UpdateAsync(user, cancellationToken));

    /// <inheritdoc/>
    public Task<IdentityResult> DeleteAsync(User user, CancellationToken cancellationToken)
        => ResultAsync(user, () => _users.RemoveAsync(user, cancellationToken));

    /// <inheritdoc/>
    public Task<User?> FindByIdAsync(string userId, CancellationToken cancellationToken) => Task.FromResult(_users.Find(userId));

    /// <inheritdoc/>
    public Task<User?> FindByNameAsync(string normalizedUserName, CancellationToken cancellationToken)
        => Task.FromResult(_users.FindFirst(UserIndexes.Name, normalizedUserName));

    /// <inheritdoc/>
    public Task<User?> FindByEmailAsync(string normalizedEmail, CancellationToken cancellationToken)
        => Task.FromResult(_users.FindFirst(UserIndexes.Email, normalizedEmail));

    /// <summary>Does nothing: the directory belongs to the host.</summary>
    public void Dispose()
    {
    }

    private async Task<IdentityResult> ResultAsync(User user, Func<ValueTask> write)
    {
        ArgumentNullException.ThrowIfNull(user);
        try
        {
            await write().ConfigureAwait(false);
            return IdentityResult.Success;
        }
        catch (ConcurrencyConflictException)
        {
            return IdentityResult.Failed(describer.ConcurrencyFailure());
        }
        catch (DuplicateKeyException exception)
        {
            return IdentityResult.Failed(exception.Index == UserIndexes.Passkey.Name || exception.Index == UserIndexes.Login.Name
                ? describer.LoginAlreadyAssociated()
                : describer.DuplicateUserName(user.UserName ?? string.Empty));
        }
    }
}
