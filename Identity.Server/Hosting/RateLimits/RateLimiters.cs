using Microsoft.Extensions.Options;

namespace Identity.Server.Hosting.RateLimits;

/// <summary>The limiters of the server, one for each kind of request that costs something lasting.</summary>
internal sealed class RateLimiters(IOptions<RateLimitOptions> options, NetworkShares shares, TimeProvider time)
{
    /// <summary>Registrations, and their management.</summary>
    public RateLimiter Registration { get; } = new(options.Value.RegistrationsPerAddress, options.Value.Registrations, shares, time)
    {
        IsEnabled = options.Value.Enabled,
    };

    /// <summary>What makes the server send mail.</summary>
    public RateLimiter Mail { get; } = new(options.Value.MailsPerAddress, options.Value.Mails, shares, time)
    {
        IsEnabled = options.Value.Enabled,
    };
}
