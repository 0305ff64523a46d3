using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using OpenIddict.Abstractions;
using OpenIddict.Core;

namespace Identity.Server.Tokens.Entries;

/// <summary>
/// OpenIddict's manager of tokens, with the same hash of reference identifiers at a fraction of the cost: the base class looks its
/// algorithm up by name, through reflection, each time.
/// </summary>
/// <typeparam name="TToken">The entity.</typeparam>
internal sealed class TokenManager<TToken>(
    IOpenIddictTokenCache<TToken> cache,
    ILogger<OpenIddictTokenManager<TToken>> logger,
    IOptionsMonitor<OpenIddictCoreOptions> options,
    IOpenIddictTokenStore<TToken> store) : OpenIddictTokenManager<TToken>(cache, logger, options, store)
    where TToken : class
{
    /// <inheritdoc/>
    protected override ValueTask<string> ObfuscateReferenceIdAsync(string identifier, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(identifier);
        return ValueTask.FromResult(Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(identifier))));
    }
}
