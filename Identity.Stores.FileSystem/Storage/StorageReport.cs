using System.Globalization;

namespace Identity.Stores.FileSystem.Storage;

/// <summary>What was found in a storage directory that no process uses.</summary>
/// <param name="Entries">How many entries each collection has, by name.</param>
/// <param name="Findings">What is wrong; empty where nothing is.</param>
public sealed record StorageReport(IReadOnlyDictionary<string, int> Entries, IReadOnlyList<StorageFinding> Findings);

/// <summary>Something that is wrong in a storage directory.</summary>
/// <param name="File">The file, relative to the directory.</param>
/// <param name="Line">The line in it, from 1, where the finding is about one.</param>
/// <param name="Problem">What is wrong, in words.</param>
public sealed record StorageFinding(string File, long? Line, string Problem)
{
    /// <summary>The damaged bytes, where the finding is about a line.</summary>
    internal byte[]? Content { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Line is { } line ? string.Create(CultureInfo.InvariantCulture, $"{File}, line {line}: {Problem}") : $"{File}: {Problem}";
}
