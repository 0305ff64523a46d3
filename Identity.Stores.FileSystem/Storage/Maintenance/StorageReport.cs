using System.Globalization;

namespace Identity.Stores.FileSystem.Storage;

/// <summary>What was found in a storage directory that no process uses.</summary>
/// <param name="Entries">How many entries each collection has, by name.</param>
/// <param name="Findings">What is wrong; empty where nothing is.</param>
/// <param name="Remarks">What is worth knowing and keeps nothing from working.</param>
public sealed record StorageReport(IReadOnlyDictionary<string, int> Entries, IReadOnlyList<StorageFinding> Findings, IReadOnlyList<StorageFinding> Remarks)
{
    /// <summary>Where a recovery kept the files as they were, and what is damaged; null where nothing was replaced.</summary>
    public (string Folder, string Quarantine)? Kept { get; init; }

    /// <summary>What had been interrupted and was finished first, in words; null where nothing had been.</summary>
    public string? Finished { get; init; }
}

/// <summary>Something to be known about a file in a storage directory.</summary>
/// <param name="File">The file, relative to the directory.</param>
/// <param name="Line">The line in it, from 1, where the finding is about one.</param>
/// <param name="Problem">What it is, in words.</param>
public sealed record StorageFinding(string File, long? Line, string Problem)
{
    /// <summary>Whether the next start mends it.</summary>
    public bool IsMendedByStart { get; init; }

    /// <summary>The damaged bytes, where the finding is about a line.</summary>
    internal byte[]? Content { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Line is { } line ? string.Create(CultureInfo.InvariantCulture, $"{File}, line {line}: {Problem}") : $"{File}: {Problem}";
}

/// <summary>What <see cref="StorageMaintenance.Compact"/> did.</summary>
/// <param name="Files">The collections' files and the journal's, with their sizes.</param>
/// <param name="Expired">How many expired entries were left out.</param>
/// <param name="Removed">What a crash had left behind and was removed.</param>
/// <param name="Entries">How many entries each collection has now, by name.</param>
/// <param name="Remarks">What else there is to know about the directory.</param>
public sealed record StorageCompaction(
    IReadOnlyList<StorageFileSize> Files,
    int Expired,
    IReadOnlyList<string> Removed,
    IReadOnlyDictionary<string, int> Entries,
    IReadOnlyList<StorageFinding> Remarks)
{
    /// <summary>What had been interrupted and was finished first, in words; null where nothing had been.</summary>
    public string? Finished { get; init; }
}

/// <summary>The size of a file before and after.</summary>
/// <param name="File">The file, relative to the directory.</param>
/// <param name="Before">Bytes; 0 where it is new.</param>
/// <param name="After">Bytes; 0 where it is gone.</param>
public sealed record StorageFileSize(string File, long Before, long After);

/// <summary>What <see cref="StorageMaintenance.Reseal"/> took in.</summary>
/// <param name="Files">The files that had been edited; they were written anew unless there are findings.</param>
/// <param name="Findings">Why they cannot be taken in; then nothing was changed.</param>
/// <param name="Remarks">What else there is to know about the result.</param>
public sealed record StorageReseal(IReadOnlyList<ResealedFile> Files, IReadOnlyList<StorageFinding> Findings, IReadOnlyList<StorageFinding> Remarks)
{
    /// <summary>What had been interrupted and was finished first, in words; null where nothing had been.</summary>
    public string? Finished { get; init; }
}

/// <summary>A collection's file that had been edited.</summary>
/// <param name="File">The file, relative to the directory.</param>
/// <param name="Kept">The file that keeps it as it was edited.</param>
/// <param name="Added">The identifiers of the entries that the program had not written.</param>
/// <param name="Changed">The identifiers of the entries that it had written otherwise.</param>
/// <param name="Removed">How many entries that it had written are not there any more.</param>
public sealed record ResealedFile(string File, string Kept, IReadOnlyList<string> Added, IReadOnlyList<string> Changed, int Removed);
