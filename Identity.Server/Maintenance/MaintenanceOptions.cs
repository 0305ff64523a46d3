using System.ComponentModel.DataAnnotations;

namespace Identity.Server.Maintenance;

/// <summary>When what is no longer needed is removed: section <c>Identity:Maintenance</c>.</summary>
internal sealed class MaintenanceOptions
{
    /// <summary>The section that holds them.</summary>
    public const string Section = "Identity:Maintenance";

    /// <summary>How long after the start the first run is; 5 minutes unless set.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00", ErrorMessage = "from 00:00:01 to 1.00:00:00")]
    public TimeSpan InitialDelay { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>The time between runs; 1 hour unless set.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "7.00:00:00", ErrorMessage = "from 00:01:00 to 7.00:00:00")]
    public TimeSpan Interval { get; set; } = TimeSpan.FromHours(1);

    /// <summary>
    /// How old a token must at least be to be removed; the lifetime of a refresh token unless set, and never shorter: the reuse of a spent
    /// token is recognised only while its entry is there.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "3650.00:00:00", ErrorMessage = "from Identity:Tokens:RefreshTokenLifetime to 3650.00:00:00")]
    public TimeSpan? MinimumTokenLifespan { get; set; }

    /// <summary>How old an authorization without tokens must at least be to be removed; the lifetime of a refresh token unless set.</summary>
    [Range(typeof(TimeSpan), "00:10:00", "3650.00:00:00", ErrorMessage = "from 00:10:00 to 3650.00:00:00")]
    public TimeSpan? MinimumAuthorizationLifespan { get; set; }
}
