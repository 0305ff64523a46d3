using Identity.Server.Accounts.Profile;
using Identity.Stores.FileSystem.Models;
using Identity.Stores.FileSystem.Storage;

namespace Identity.Server.Authorization;

/// <summary>What a person has agreed to.</summary>
internal sealed class ConsentData(Collection<Consent> consents) : IPersonalData
{
    /// <inheritdoc/>
    public string Name => "consents";

    /// <inheritdoc/>
    public ValueTask<object> ReadAsync(User user, CancellationToken cancellationToken)
        => ValueTask.FromResult<object>(Find(user).Select(consent => new
        {
            consent.ClientId,
            consent.Resource,
            consent.Scopes,
            consent.Declined,
            consent.Until,
            AgreedOn = consent.ConsentDate,
        }));

    /// <inheritdoc/>
    public async ValueTask RemoveAsync(User user, CancellationToken cancellationToken)
        => await consents.RemoveAsync([.. Find(user).Select(consent => consent.Id)], cancellationToken);

    private IReadOnlyList<Consent> Find(User user) => consents.List(consent => consent.Subject == user.Id);
}
