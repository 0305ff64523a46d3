using System.Collections.Immutable;

namespace Identity.Stores.FileSystem.Storage;

/// <summary>What a <see cref="DirectoryReplacement"/> is about to do, as it stands on disk until that is done.</summary>
internal sealed record ReplacementPlan
{
    public int Format { get; init; } = StorageFormat.Current;

    /// <summary>The checksum of the manifest that is replaced; null where there was none.</summary>
    public string? Replaces { get; init; }

    /// <summary>The folder to which the files go that are replaced; null where they go away.</summary>
    public string? Keep { get; init; }

    /// <summary>The files that arrive, with their checksums; null in a plan of a version that did not say.</summary>
    public ImmutableSortedDictionary<string, string>? Arriving { get; init; }

    /// <summary>Files beside the collections that go there too, by <c>folder/name</c>.</summary>
    public ImmutableArray<string> Aside { get; init; } = [];

    /// <summary>What there is to know once it was finished by another than who began it.</summary>
    public string Describe()
    {
        var kept = (Arriving?.Keys ?? []).Where(DirectoryFiles.IsSetAside).Select(name => $"'{name}'").ToList();
        return "What a command or an upgrade had begun when it was interrupted was finished." +
            (Keep is null ? null : $" The files as they were are in '{Keep}'.") +
            (kept is [] ? null : $" What was damaged or edited is kept in {string.Join(", ", kept)}.");
    }
}
