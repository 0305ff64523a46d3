using Identity.Server.Accounts.Profile;
using Identity.Stores.FileSystem.Models;

namespace Identity.Server.Accounts.Providers;

/// <summary>With which identities at providers a person signs in, and what these vouched for.</summary>
internal sealed class LoginData : IPersonalData
{
    /// <inheritdoc/>
    public string Name => "providers";

    /// <inheritdoc/>
    public ValueTask<object> ReadAsync(User user, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(user);
        return ValueTask.FromResult<object>(user.Logins
            .Select(login => new { login.Issuer, login.Subject, login.DisplayName, login.Email, login.Domain, login.Tenant, login.Groups })
            .ToList());
    }
}
