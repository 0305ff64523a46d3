using Identity.Server.ClientDocuments.Fetching;

namespace Identity.Server.ClientDocuments;

/// <summary>Client identifiers that are the address of the client's own description.</summary>
internal sealed class ClientDocumentAddress(GuardedConnection connection)
{
    private const int MaximumLength = 1024;

    /// <summary>Whether an identifier claims to be such an address; those that registration gives out never do.</summary>
    /// <param name="clientId">The identifier.</param>
    /// <returns>True for whatever begins like an address.</returns>
    public static bool IsMeant(string? clientId)
        => clientId is not null
        && (clientId.StartsWith("https:", StringComparison.OrdinalIgnoreCase) || clientId.StartsWith("http:", StringComparison.OrdinalIgnoreCase));

    /// <summary>
    /// Whether an identifier is an allowed address: https, with a path, without fragment, user information or dot segments, and spelt as
    /// it will be asked for, so that there is one spelling for each document.
    /// </summary>
    /// <param name="clientId">The identifier.</param>
    /// <returns>False for any other.</returns>
    public bool IsAllowed(string clientId)
        => clientId.Length <= MaximumLength
        && Uri.TryCreate(clientId, UriKind.Absolute, out var address)
        && address.AbsoluteUri == clientId
        && clientId.All(char.IsAscii)
        && !clientId.Contains('#')
        // Which leaves no room for user information, an empty one neither.
        && clientId.StartsWith($"{address.Scheme}://{address.Authority}/", StringComparison.Ordinal)
        && address.AbsolutePath.Length > 1
        && connection.AllowsScheme(address);
}
