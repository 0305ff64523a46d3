using System.ComponentModel.DataAnnotations;

namespace Identity.Server.Tokens;

/// <summary>How long tokens and connections live: section <c>Identity:Tokens</c>.</summary>
internal sealed class TokenOptions
{
    /// <summary>The section that holds them.</summary>
    public const string Section = "Identity:Tokens";

    /// <summary>Of an access token; 1 hour unless set. Its entry is in memory: from a second to a day.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00", ErrorMessage = "from 00:00:01 to 1.00:00:00")]
    public TimeSpan AccessTokenLifetime { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Of a refresh token, from its last use; 24 hours unless set.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "365.00:00:00", ErrorMessage = "from 00:00:01 to 365.00:00:00")]
    public TimeSpan RefreshTokenLifetime { get; set; } = TimeSpan.FromHours(24);

    /// <summary>Of an authorization code; 10 minutes unless set, which is the most that RFC 6749 section 4.1.2 recommends.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00", ErrorMessage = "from 00:00:01 to 00:10:00")]
    public TimeSpan AuthorizationCodeLifetime { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How long after it began a connection ends, however often it was refreshed; 90 days unless set, null for never.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "3650.00:00:00", ErrorMessage = "from 00:00:01 to 3650.00:00:00, or empty for no limit")]
    public TimeSpan? ConnectionLifetime { get; set; } = TimeSpan.FromDays(90);
}
