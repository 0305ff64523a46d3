using Items = OpenIddict.Client.AspNetCore.OpenIddictClientAspNetCoreConstants.Properties;

namespace Identity.Server.Accounts.Providers;

/// <summary>What is remembered of somebody who goes to a provider, and a feature of the request with which they come back.</summary>
/// <param name="Provider">The provider.</param>
/// <param name="ReturnUrl">Where to go on afterwards, on this server.</param>
/// <param name="Account">The account to which the identity will be linked; null where it is to sign somebody in.</param>
/// <param name="Invitation">The token of the invitation that will be accepted with it; null where there is none.</param>
internal sealed record ExternalReturn(string? Provider, string? ReturnUrl, string? Account = null, string? Invitation = null)
{
    private const string ReturnUrlItem = "return_url";
    private const string AccountItem = "account";
    private const string InvitationItem = "invitation";

    /// <summary>Reads it from the state.</summary>
    public static ExternalReturn Read(Dictionary<string, string?> items)
        => new(items.GetValueOrDefault(Items.RegistrationId), items.GetValueOrDefault(ReturnUrlItem), items.GetValueOrDefault(AccountItem), items.GetValueOrDefault(InvitationItem));

    /// <summary>Writes it for the state.</summary>
    public Dictionary<string, string?> ToItems()
        => new() { [Items.RegistrationId] = Provider, [ReturnUrlItem] = ReturnUrl, [AccountItem] = Account, [InvitationItem] = Invitation };
}
