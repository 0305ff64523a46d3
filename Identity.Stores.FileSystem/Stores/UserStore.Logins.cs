using Identity.Stores.FileSystem.Models;
using Microsoft.AspNetCore.Identity;

namespace Identity.Stores.FileSystem.Stores;

/// <content>The identities at other providers with which a user signs in.</content>
internal sealed partial class UserStore
{
    /// <inheritdoc/>
    public Task<User?> FindByLoginAsync(string loginProvider, string providerKey, CancellationToken cancellationToken)
        => Task.FromResult(_users.FindFirst(UserIndexes.Login, UserIndexes.LoginKey(loginProvider, providerKey)));

    /// <inheritdoc/>
    public Task<IList<UserLoginInfo>> GetLoginsAsync(User user, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(user);
        return Task.FromResult<IList<UserLoginInfo>>(
            [.. user.Logins.Select(login => new UserLoginInfo(login.Issuer, login.Subject, login.DisplayName))]);
    }

    /// <inheritdoc/>
    public Task AddLoginAsync(User user, UserLoginInfo login, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(user);
        ArgumentNullException.ThrowIfNull(login);
        user.Logins = user.Logins.Add(new UserLogin
        {
            Issuer = login.LoginProvider,
            Subject = login.ProviderKey,
            DisplayName = login.ProviderDisplayName,
        });
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task RemoveLoginAsync(User user, string loginProvider, string providerKey, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(user);
        user.Logins = user.Logins.RemoveAll(login => login.Is(loginProvider, providerKey));
        return Task.CompletedTask;
    }
}
