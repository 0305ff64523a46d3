namespace Identity.Server.ClientDocuments;

/// <summary>Something that has changed in a client's document since a user agreed to it.</summary>
/// <param name="Kind">What.</param>
/// <param name="RedirectUri">The address that it is about, if it is about one.</param>
internal sealed record DocumentChange(DocumentChangeKind Kind, string? RedirectUri);

/// <summary>What may change in a client's document.</summary>
internal enum DocumentChangeKind
{
    /// <summary>Answers may go to one more address.</summary>
    AddressAdded,

    /// <summary>Answers no longer go to an address.</summary>
    AddressRemoved,

    /// <summary>The client proves who it is by other keys.</summary>
    OtherKeys,
}
