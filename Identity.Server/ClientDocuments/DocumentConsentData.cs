using Identity.Server.Accounts.Profile;
using Identity.Stores.FileSystem.Models;
using Identity.Stores.FileSystem.Storage;

namespace Identity.Server.ClientDocuments;

/// <summary>What a person has agreed to of the documents in which clients describe themselves.</summary>
internal sealed class DocumentConsentData(Collection<DocumentConsent> consents) : IPersonalData
{
    /// <inheritdoc/>
    public string Name => "clientDocuments";

    /// <inheritdoc/>
    public ValueTask<object> ReadAsync(User user, CancellationToken cancellationToken)
        => ValueTask.FromResult<object>(Find(user).Select(consent => new
        {
            consent.ClientId,
            consent.RedirectUris,
            consent.Keys,
            AgreedOn = consent.ConsentDate,
        }));

    /// <inheritdoc/>
    public async ValueTask RemoveAsync(User user, CancellationToken cancellationToken)
        => await consents.RemoveAsync([.. Find(user).Select(consent => consent.Id)], cancellationToken);

    private IReadOnlyList<DocumentConsent> Find(User user) => consents.List(consent => consent.Subject == user.Id);
}
