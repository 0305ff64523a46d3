using System.Collections.Immutable;

namespace Identity.Server.Authorization.Consents;

/// <summary>What a person allowed.</summary>
/// <param name="Granted">The scopes.</param>
/// <param name="Declined">The scopes that were asked for as well.</param>
/// <param name="End">When the connection ends; null: no sooner than the settings say.</param>
internal sealed record ConsentAnswer(ImmutableArray<string> Granted, ImmutableArray<string> Declined, DateTimeOffset? End)
{
    /// <summary>The name of the boxes that are ticked for what is allowed.</summary>
    public const string GrantedField = "granted";

    /// <summary>The name of the list from which is chosen how long the connection lasts.</summary>
    public const string LastsField = "lasts";

    /// <summary>Reads the form.</summary>
    /// <param name="form">What was posted.</param>
    /// <param name="asked">The scopes that were asked for.</param>
    /// <param name="durations">How long the connection may last.</param>
    /// <param name="now">When it begins.</param>
    /// <returns>Null for what the page did not offer.</returns>
    public static ConsentAnswer? Read(IFormCollection form, ImmutableArray<string> asked, ConsentDurations durations, DateTimeOffset now)
        => ConsentScopes.Part(asked, [.. form[GrantedField]]) is var (granted, declined)
            && durations.TryRead(form[LastsField].ToString(), out var lifetime)
                ? new ConsentAnswer(granted, declined, now + lifetime)
                : null;

    /// <summary>What is remembered of it.</summary>
    public Agreement ToAgreement() => new(Granted, Declined, End);
}
