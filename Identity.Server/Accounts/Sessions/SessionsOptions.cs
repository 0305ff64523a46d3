using System.ComponentModel.DataAnnotations;

namespace Identity.Server.Accounts.Sessions;

/// <summary>How long people stay signed in: section <c>Identity:Sessions</c>.</summary>
internal sealed class SessionsOptions : IValidatableObject
{
    /// <summary>The section that holds them.</summary>
    public const string Section = "Identity:Sessions";

    private static readonly TimeSpan SeenAtMostEvery = TimeSpan.FromMinutes(5);

    /// <summary>How long a session lasts from its last use; 12 hours unless set.</summary>
    [Range(typeof(TimeSpan), "00:10:00", "365.00:00:00", ErrorMessage = "from 00:10:00 to 365.00:00:00")]
    public TimeSpan IdleLifetime { get; set; } = TimeSpan.FromHours(12);

    /// <summary>How long a session lasts from its beginning, however much it is used; 30 days unless set.</summary>
    [Range(typeof(TimeSpan), "00:10:00", "365.00:00:00", ErrorMessage = "from Identity:Sessions:IdleLifetime to 365.00:00:00")]
    public TimeSpan Lifetime { get; set; } = TimeSpan.FromDays(30);

    /// <summary>How much later than the last use that was noted another is noted: not each request writes.</summary>
    internal TimeSpan SeenInterval => IdleLifetime / 20 < SeenAtMostEvery ? IdleLifetime / 20 : SeenAtMostEvery;

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Lifetime < IdleLifetime)
        {
            yield return new($"from {IdleLifetime} ({Section}:{nameof(IdleLifetime)}) to 365.00:00:00", [nameof(Lifetime)]);
        }
    }
}
