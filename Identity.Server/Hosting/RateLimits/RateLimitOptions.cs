using System.ComponentModel.DataAnnotations;
using System.Net;

namespace Identity.Server.Hosting.RateLimits;

/// <summary>How often what may be asked: section <c>Identity:RateLimits</c>.</summary>
internal sealed class RateLimitOptions : IValidatableObject
{
    /// <summary>The section that holds them.</summary>
    public const string Section = "Identity:RateLimits";

    /// <summary>False switches rates off, for tests and load measurements; what protects accounts and memory stays.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Registrations, and their management, for each address in a minute.</summary>
    [Range(1, 100_000, ErrorMessage = "from 1 to 100000")]
    public int RegistrationsPerAddress { get; set; } = 20;

    /// <summary>Registrations, and their management, over all in a minute.</summary>
    [Range(1, 100_000, ErrorMessage = "from 1 to 100000")]
    public int Registrations { get; set; } = 200;

    /// <summary>Mails that anybody may have sent, such as links for a new password, for each address in a minute.</summary>
    [Range(1, 100_000, ErrorMessage = "from 1 to 100000")]
    public int MailsPerAddress { get; set; } = 5;

    /// <summary>Such mails over all in a minute.</summary>
    [Range(1, 100_000, ErrorMessage = "from 1 to 100000")]
    public int Mails { get; set; } = 60;

    /// <summary>Networks whose addresses share what as many addresses as are given may do: large hosted clients, a company's own.</summary>
    public List<SharedNetwork> Networks { get; set; } = [];

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (var (index, network) in Networks.Index())
        {
            if (!IPNetwork.TryParse(network.Network, out _))
            {
                yield return new("a network, such as 192.0.2.0/24", [$"{nameof(Networks)}:{index}:{nameof(SharedNetwork.Network)}"]);
            }

            if (network.Addresses is < 1 or > 10_000)
            {
                yield return new("from 1 to 10000", [$"{nameof(Networks)}:{index}:{nameof(SharedNetwork.Addresses)}"]);
            }
        }
    }
}

/// <summary>A network whose addresses share a limit.</summary>
internal sealed class SharedNetwork
{
    /// <summary>The network, such as <c>192.0.2.0/24</c>.</summary>
    public string Network { get; set; } = "";

    /// <summary>As how many addresses it counts.</summary>
    public int Addresses { get; set; } = 1;
}
