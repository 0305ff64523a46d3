using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Identity.Stores.FileSystem.Models;
using Identity.Stores.FileSystem.Storage;
using Microsoft.AspNetCore.Identity;

namespace Identity.Server.Accounts;

/// <summary>
/// The one-time address at which whoever started the server creates the first account. Its secret is 256 random bits that
/// exist in memory only; it lives for <see cref="Lifetime"/> and dies with the first account.
/// </summary>
/// <remarks>The address belongs on the console, in front of the person who started the server, and never in a log.</remarks>
internal sealed class FirstAccountLink(Collection<User> accounts, TimeProvider time) : IDisposable
{
    /// <summary>How long the address works after it was issued.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(30);

    private readonly SemaphoreSlim _turn = new(1, 1);
    private volatile Issued? _issued;

    /// <summary>Issues the address, in place of an earlier one, if there is no account.</summary>
    /// <param name="server">The address of the server, as a browser reaches it.</param>
    /// <returns>The address, or null where an account exists.</returns>
    public Uri? Issue(Uri server)
    {
        ArgumentNullException.ThrowIfNull(server);
        if (accounts.Count > 0)
        {
            return null;
        }

        var token = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        _issued = new Issued(SHA256.HashData(Encoding.UTF8.GetBytes(token)), time.GetUtcNow() + Lifetime);
        return new Uri($"{server.AbsoluteUri.TrimEnd('/')}{SetupModel.Route}?token={token}");
    }

    /// <summary>Whether an account can be created with this token now.</summary>
    public bool Accepts(string? token) =>
        token is not null
        && _issued is { } issued
        && time.GetUtcNow() < issued.ExpirationDate
        && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(token)), issued.Hash)
        && accounts.Count == 0;

    /// <summary>Creates the first account; of several requests that race, one does.</summary>
    /// <param name="token">The token of the address.</param>
    /// <param name="create">Creates the account.</param>
    /// <param name="cancellationToken">Ends the wait for another request.</param>
    /// <returns>What <paramref name="create"/> returned, or null where the token is not accepted.</returns>
    public async Task<IdentityResult?> UseAsync(
        string? token, Func<Task<IdentityResult>> create, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(create);
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (!Accepts(token))
            {
                return null;
            }

            var result = await create();
            if (result.Succeeded)
            {
                // On disk before the next request looks: until then the account is seen by this request alone.
                if (UnitOfWork.Current is { } unit)
                {
                    await unit.CommitAsync(cancellationToken);
                }

                _issued = null;
            }

            return result;
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private sealed record Issued(byte[] Hash, DateTimeOffset ExpirationDate);
}
