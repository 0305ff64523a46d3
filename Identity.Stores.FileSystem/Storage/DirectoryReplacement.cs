using System.Collections.Immutable;

namespace Identity.Stores.FileSystem.Storage;

/// <summary>
/// Puts new files in the place of the manifest, of collections' files and of the whole journal, as one step. They are written
/// beside the old ones; with the plan the step is made: until it is on disk nothing has changed, and from then on whoever opens
/// the directory next finishes what was interrupted.
/// </summary>
internal sealed class DirectoryReplacement(IFileSystem files, string directory)
{
    public const string PlanName = "replacement.json";

    /// <summary>The ending of a new file until it takes its place.</summary>
    public const string NewEnding = ".replacement";

    private readonly List<string> _prepared = [];

    /// <summary>Whether one was interrupted that has to be finished.</summary>
    public static bool IsPending(IFileSystem files, string directory) => files.FileExists(Path.Combine(directory, PlanName));

    /// <summary>Forgets what one left behind that was interrupted before its plan was made.</summary>
    public void Begin()
    {
        foreach (var name in files.ListFiles(directory).Where(name => name.EndsWith(NewEnding, StringComparison.Ordinal)))
        {
            files.Delete(Path.Combine(directory, name));
        }
    }

    public void Add(string name, byte[] content) => Prepare(() =>
    {
        using var file = files.CreateFile(PathOf(name));
        file.Write(content, 0);
        file.Flush();
    });

    public void AddCopy(string name, string of) => Prepare(() => files.Copy(Path.Combine(directory, of), PathOf(name)));

    /// <param name="state">The collection.</param>
    /// <param name="sequence">The sequence number at which it holds what it holds.</param>
    /// <param name="at">The time of the newest record in it; not the present one, which may be wrong.</param>
    public void Add(CollectionState state, long sequence, DateTimeOffset at)
    {
        Prepare(() => Snapshot.Write(files, PathOf(state.FileName), state, state.Capture(), sequence, at));
        (state.SnapshotAt, state.ChangedAt) = (sequence, sequence);
    }

    /// <summary>Makes the step.</summary>
    /// <param name="manifest">The new manifest.</param>
    /// <param name="keep">The folder that keeps what is replaced, or null.</param>
    /// <param name="aside">Files beside the collections that go there too, by <c>folder/name</c>.</param>
    public void Commit(Manifest manifest, string? keep = null, ImmutableArray<string>? aside = null)
    {
        Add(Manifest.FileName, manifest.ToBytes());
        Prepare(() =>
        {
            files.FlushFolder(directory);
            var plan = new ReplacementPlan
            {
                Replaces = FindChecksum(files, directory, Manifest.FileName),
                Keep = keep,
                Arriving = FindArriving(files.ListFiles(directory)).ToImmutableSortedDictionary(name => name, name => FindChecksum(files, directory, name + NewEnding)!, StringComparer.Ordinal),
                Aside = aside ?? [],
            };
            files.WriteAtomically(Path.Combine(directory, PlanName), SealedJson.Write(plan, ManifestJson.Default.ReplacementPlan));
        });
        Complete(files, directory);
    }

    private string PathOf(string name)
    {
        var path = Path.Combine(directory, name + NewEnding);
        _prepared.Add(path);
        return path;
    }

    /// <summary>New files that will never take their place would fill a disk that is full.</summary>
    private void Prepare(Action write)
    {
        try
        {
            write();
        }
        catch when (!IsPending(files, directory))
        {
            _prepared.ForEach(files.DeleteUnfinished);
            throw;
        }
    }

    /// <summary>Looks whether a replacement that was begun can be finished, and changes nothing.</summary>
    /// <returns>Its plan; null where there is none.</returns>
    /// <exception cref="StorageException">Its plan or a file is damaged, or the directory is not the one for which it was made.</exception>
    public static ReplacementPlan? Check(IFileSystem files, string directory)
    {
        if (!IsPending(files, directory))
        {
            return null;
        }

        var path = Path.Combine(directory, PlanName);
        var plan = ReadPlan(files, path);
        var arriving = FindArriving(files.ListFiles(directory)).ToHashSet(StringComparer.Ordinal);

        // The manifest comes last: where it has arrived, all have.
        var isArriving = arriving.Contains(Manifest.FileName);
        RefuseOther(plan, FindChecksum(files, directory, Manifest.FileName), isArriving, path);
        if (isArriving)
        {
            RefuseDamaged(files, directory, plan.Arriving ?? Manifest.Empty<string>(), arriving, path);
        }

        return plan;
    }

    /// <summary>Finishes a replacement that was begun, if there is one.</summary>
    /// <returns>What its plan was; null where there was none.</returns>
    /// <exception cref="StorageException">It cannot be finished; nothing was changed.</exception>
    public static ReplacementPlan? Complete(IFileSystem files, string directory)
    {
        if (Check(files, directory) is not { } plan)
        {
            return null;
        }

        // The plan may have been found before its name was flushed, and from now on things go away.
        files.FlushFolder(directory);
        var names = files.ListFiles(directory);
        var arriving = FindArriving(names).ToList();
        if (arriving.Contains(Manifest.FileName))
        {
            if (plan.Keep is { } keep)
            {
                KeepOld(files, directory, keep, [.. names.Where(name => arriving.Contains(name) || JournalSegment.TryParse(name, out _)), .. plan.Aside]);
            }

            foreach (var name in arriving.Where(name => name != Manifest.FileName).Order(StringComparer.Ordinal))
            {
                Arrive(name);
            }

            files.FlushFolder(directory);
            Arrive(Manifest.FileName);
            files.FlushFolder(directory);
        }

        // The new files hold everything: any segment that is left is an old one.
        foreach (var name in files.ListFiles(directory).Where(name => JournalSegment.TryParse(name, out _)))
        {
            files.Delete(Path.Combine(directory, name));
        }

        files.Delete(Path.Combine(directory, PlanName));
        files.FlushFolder(directory);
        return plan;

        void Arrive(string name) => files.Rename(Path.Combine(directory, name + NewEnding), Path.Combine(directory, name));
    }

    private static ReplacementPlan ReadPlan(IFileSystem files, string path)
    {
        try
        {
            return SealedJson.Read(files, path, ManifestJson.Default.ReplacementPlan);
        }
        catch (StorageException exception) when (exception.Damage is not null)
        {
            throw new StorageException($"'{path}' is damaged: {exception.Damage.Problem}, so that what was interrupted cannot be finished. Nothing was changed. " +
                "Restore the directory from a backup; what was there before is in it or in its folder 'before-…'.", exception);
        }
    }

    private static IEnumerable<string> FindArriving(IReadOnlyList<string> names)
        => names.Where(name => name.EndsWith(NewEnding, StringComparison.Ordinal)).Select(name => name[..^NewEnding.Length]);

    /// <summary>Somebody may have restored a backup meanwhile: its journal must not go away for what was to replace another directory.</summary>
    private static void RefuseOther(ReplacementPlan plan, string? present, bool isArriving, string path)
    {
        // Until the new one arrives there may be none: the old one goes aside first.
        var isOther = isArriving ? present is not null && present != plan.Replaces : plan.Arriving is { } arriving && present != arriving[Manifest.FileName];
        if (isOther)
        {
            throw new StorageException($"'{path}' was made for another '{Manifest.FileName}' than the one that is there. Nothing was changed. " +
                $"If you restored a backup, remove '{PlanName}' and the files that end in '{NewEnding}'.");
        }
    }

    /// <summary>What arrives may be the only copy from then on: each file is looked at before the first one takes its place.</summary>
    private static void RefuseDamaged(IFileSystem files, string directory, ImmutableSortedDictionary<string, string> planned, HashSet<string> arriving, string path)
    {
        foreach (var (name, checksum) in planned)
        {
            var file = arriving.Contains(name) ? name + NewEnding : name;
            if (FindChecksum(files, directory, file) != checksum)
            {
                throw new StorageException($"'{Path.Combine(directory, file)}' is missing or damaged, so that what was interrupted cannot be finished. Nothing was changed. " +
                    $"To go back to what was there before, remove '{path}' and the files that end in '{NewEnding}'; if the directory is refused then, restore it from a backup.");
            }
        }
    }

    private static void KeepOld(IFileSystem files, string directory, string keep, IReadOnlyList<string> names)
    {
        var folders = names.Select(name => Path.GetDirectoryName(name)!).Append(string.Empty).Distinct(StringComparer.Ordinal).ToList();
        foreach (var folder in folders)
        {
            files.CreateFolder(Path.Combine(directory, keep, folder));
        }

        files.FlushFolder(directory);
        files.FlushFolder(Path.Combine(directory, keep));

        // The manifest first: without it nobody takes for a whole directory what is half of one.
        foreach (var name in names.OrderBy(name => name != Manifest.FileName))
        {
            if (files.FileExists(Path.Combine(directory, name)))
            {
                files.Rename(Path.Combine(directory, name), Path.Combine(directory, keep, name));
            }
        }

        // Where they are now before where they were: a power loss in between leaves a file in both rather than in neither.
        foreach (var folder in folders.Select(folder => Path.Combine(keep, folder)).Concat(folders))
        {
            files.FlushFolder(Path.Combine(directory, folder));
        }
    }

    private static string? FindChecksum(IFileSystem files, string directory, string name)
    {
        var path = Path.Combine(directory, name);
        if (!files.FileExists(path))
        {
            return null;
        }

        using var content = files.OpenRead(path);
        return ChecksummedLine.Of(content);
    }
}
