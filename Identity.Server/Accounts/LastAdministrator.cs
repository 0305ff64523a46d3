using Identity.Server.Accounts.Providers;
using Identity.Stores.FileSystem.Models;
using Identity.Stores.FileSystem.Storage;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Localization;

namespace Identity.Server.Accounts;

/// <summary>
/// Sees to it that somebody can administer the server: changes that take an administrator away are made one after another, and the one
/// that would take the last is refused.
/// </summary>
internal sealed class LastAdministrator(Collection<User> accounts, AdmissionPolicy admission, IStringLocalizer<Texts> text) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);

    /// <summary>Makes a change after which the account does not administer the server any more.</summary>
    /// <param name="user">The account, as it is before the change.</param>
    /// <param name="change">The change; what it returns counts.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>What <paramref name="change"/> returned, or why it was not made.</returns>
    public async Task<IdentityResult> GuardAsync(User user, Func<CancellationToken, Task<IdentityResult>> change, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(user);
        ArgumentNullException.ThrowIfNull(change);
        if (!IsActive(user))
        {
            return await change(cancellationToken);
        }

        await _turn.WaitAsync(cancellationToken);
        try
        {
            // Who was invited and never came, or is no longer admitted, administers nothing.
            if (accounts.List(other => IsActive(other) && other.Id != user.Id && admission.CanEnter(other)) is [])
            {
                return IdentityResult.Failed(new IdentityError { Code = "LastAdministrator", Description = text["Administrator.Last"] });
            }

            var result = await change(cancellationToken);
            if (result.Succeeded && UnitOfWork.Current is { } unit)
            {
                // Seen by the next one who asks.
                await unit.CommitAsync(cancellationToken);
            }

            return result;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    private static bool IsActive(User user) => user is { IsAdministrator: true, IsDisabled: false };
}
