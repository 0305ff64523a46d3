using System.ComponentModel.DataAnnotations;
using System.Net;

namespace Identity.Server.ClientDocuments;

/// <summary>Clients that describe themselves in a document at their identifier's address: section <c>Identity:ClientDocuments</c>.</summary>
internal sealed class ClientDocumentOptions : IValidatableObject
{
    /// <summary>The section that holds them.</summary>
    public const string Section = "Identity:ClientDocuments";

    /// <summary>Whether such clients may connect. Where they may not, those that are connected stay so; nothing of theirs is fetched.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>
    /// Networks (<c>10.1.0.0/16</c>) of the operator's own from which documents and keys may be fetched although they are not public.
    /// </summary>
    public List<string> AllowedNetworks { get; set; } = [];

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (var (index, network) in AllowedNetworks.Index())
        {
            if (!IPNetwork.TryParse(network, out _))
            {
                yield return new("a network, such as 10.1.0.0/16", [$"{nameof(AllowedNetworks)}:{index}"]);
            }
        }
    }
}
