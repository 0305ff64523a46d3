using Microsoft.Extensions.Logging.Abstractions;

namespace Identity.Stores.FileSystem.Storage;

/// <summary>
/// Looks at a directory that no process uses, and changes nothing: as a start would and, where a start would refuse it, for what is
/// sound in it.
/// </summary>
internal sealed class DirectoryInspection
{
    private const int ListedAtMost = 10;

    private readonly IFileSystem _files;
    private readonly string _directory;
    private readonly List<StorageFinding> _findings = [];
    private readonly DirectoryLoader? _loader;

    /// <exception cref="StorageException">A newer version, or another program, wrote it.</exception>
    public DirectoryInspection(IFileSystem files, FileSystemStorageOptions options, IReadOnlyList<CollectionDefinition> definitions, TimeProvider time)
    {
        (_files, _directory) = (files, DirectoryPlace.Resolve(options.Directory));
        States = CreateStates(definitions);
        try
        {
            _loader = new DirectoryLoader(files, _directory, States, options, time, NullLogger.Instance);
            _loader.ReadExisting();
            _findings.AddRange(Durable().SelectMany(DescribeDuplicates));
            if (_findings.Count is 0)
            {
                return;
            }
        }
        catch (StorageException exception) when (exception.Damage is not null)
        {
            _loader = null;
            _findings.Add(new StorageFinding(Path.GetRelativePath(_directory, exception.Damage.Path), exception.Damage.Line, exception.Damage.Problem));
        }

        States = CreateStates(definitions);
        Salvage = new DirectorySalvage(files, _directory, States);
        Salvage.Read();

        // What a start stops at comes first, unless the salvage says more of the same file.
        _findings.RemoveAll(finding => Salvage.Findings.Any(other => other.File == finding.File));
        _findings.AddRange(Salvage.Findings);
    }

    /// <summary>What is sound.</summary>
    public IReadOnlyDictionary<string, CollectionState> States { get; }

    /// <summary>What was gathered from a directory that is not sound as a whole.</summary>
    public DirectorySalvage? Salvage { get; }

    /// <summary>What is wrong.</summary>
    public IReadOnlyList<StorageFinding> Findings => _findings;

    /// <summary>What is worth knowing and keeps nothing from working.</summary>
    public IReadOnlyList<StorageFinding> GetRemarks()
    {
        List<StorageFinding> remarks = [];
        if (_loader?.Manifest is { Format: < StorageFormat.Current } manifest)
        {
            remarks.Add(new(Manifest.FileName, null, FormattableString.Invariant($"the directory has format {manifest.Format}; the next start upgrades it")));
        }

        if (_loader?.Tail is { } tail)
        {
            remarks.Add(new(Path.GetFileName(tail.Path), null, "it ends in bytes that were being written when the server stopped; the next start sets them aside"));
        }

        remarks.AddRange(Durable().SelectMany(state => DescribeDangling(state, States)));
        remarks.AddRange(FindLeftovers());
        return remarks;
    }

    /// <summary>How many entries each collection has.</summary>
    public Dictionary<string, int> CountEntries() => Durable().ToDictionary(state => state.Name, state => state.Count, StringComparer.Ordinal);

    public static Dictionary<string, CollectionState> CreateStates(IEnumerable<CollectionDefinition> definitions)
        => definitions.ToDictionary(definition => definition.Name, definition => definition.CreateState(), StringComparer.Ordinal);

    public static IEnumerable<StorageFinding> DescribeDuplicates(CollectionState state) => state.Definition.FindDuplicates(state)
        .Select(pair => new StorageFinding(state.FileName, null, $"the entries '{pair.Entity.Id}' and '{pair.Other.Id}' have the same {pair.Index}"));

    // Remarks, no findings: of two units of work one may remove what the other is about to name, and OpenIddict takes what names it
    // for invalid from then on. What people agreed to may outlive a client or an account.
    public static IEnumerable<StorageFinding> DescribeDangling(CollectionState state, IReadOnlyDictionary<string, CollectionState> states)
        => state.Definition.FindDangling(state, states).GroupBy(dangling => dangling.Reference).Select(group =>
        {
            var entries = group.OrderBy(dangling => dangling.Entity.Id, StringComparer.Ordinal).ToList();
            var listed = string.Join(", ", entries.Take(ListedAtMost).Select(dangling => $"'{dangling.Entity.Id}' ('{dangling.Key}')"));
            var rest = entries.Count > ListedAtMost ? FormattableString.Invariant($" and {entries.Count - ListedAtMost} more") : string.Empty;
            return new StorageFinding(state.FileName, null, $"the {group.Key} is not there that these entries name: {listed}{rest}");
        });

    private IEnumerable<StorageFinding> FindLeftovers()
    {
        var manifest = _loader?.Manifest;
        foreach (var name in _files.ListFiles(_directory))
        {
            if (DirectoryFiles.IsLeftover(name) || (manifest is not null && JournalSegment.TryParse(name, out var number) && !manifest.Segments.Contains(number)))
            {
                yield return new(name, null, "a crash left it behind; the next start removes it");
            }
            else if (DirectoryFiles.IsSetAside(name))
            {
                yield return new(name, null, "it was set aside; remove it when you no longer need it");
            }
        }

        foreach (var name in _files.ListFolders(_directory).Where(name => name.StartsWith(DirectoryFiles.KeptPrefix, StringComparison.Ordinal)))
        {
            yield return new(name, null, "it keeps files as they were, secrets included; remove it when you no longer need it");
        }
    }

    private IEnumerable<CollectionState> Durable() => States.Values.Where(state => state.IsDurable);
}
