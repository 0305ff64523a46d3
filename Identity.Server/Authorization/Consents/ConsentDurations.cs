using System.Globalization;

namespace Identity.Server.Authorization.Consents;

/// <summary>How long a person can let a connection last: as long as the settings let it, or one of some shorter times.</summary>
/// <param name="Longest">What the settings say; null: no limit.</param>
/// <param name="Days">The shorter times, the longest first.</param>
internal sealed record ConsentDurations(TimeSpan? Longest, IReadOnlyList<int> Days)
{
    private static readonly int[] Offered = [30, 7, 1];

    /// <summary>Finds what can be chosen.</summary>
    /// <param name="longest">What the settings say; null: no limit.</param>
    public static ConsentDurations Create(TimeSpan? longest) => new(longest, [.. Offered.Where(days => !(longest <= TimeSpan.FromDays(days)))]);

    /// <summary>Reads what a person chose.</summary>
    /// <param name="choice">What was posted; nothing: as long as the settings let it last.</param>
    /// <param name="lifetime">For how long; null: no sooner than the settings say.</param>
    /// <returns>False for what was not offered.</returns>
    public bool TryRead(string choice, out TimeSpan? lifetime)
    {
        lifetime = null;
        if (choice.Length is 0)
        {
            return true;
        }

        if (int.TryParse(choice, NumberStyles.None, CultureInfo.InvariantCulture, out var days) && Days.Contains(days))
        {
            lifetime = TimeSpan.FromDays(days);
            return true;
        }

        return false;
    }
}
