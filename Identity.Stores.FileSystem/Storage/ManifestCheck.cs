namespace Identity.Stores.FileSystem.Storage;

/// <summary>
/// Holds a directory against its manifest: what it names must be there, and nothing may be there that it should name. Either says
/// that one of them is from another time.
/// </summary>
internal sealed class ManifestCheck(IFileSystem files, string directory, IReadOnlyDictionary<string, CollectionState> states)
{
    private readonly List<string> _unfinished = [];

    /// <summary>Files beside the collections that are whole, though a kill came before the manifest could say so.</summary>
    public IReadOnlyList<string> Unfinished => _unfinished;

    /// <exception cref="StorageException">They do not fit together.</exception>
    public void Run(Manifest manifest, IReadOnlyList<string> names)
    {
        RefuseUnknown(manifest, directory, states);
        CheckFiles(manifest);
        RefuseUnnamedCollections(manifest);
        if (manifest.Format is 1)
        {
            // There, a file that was being written cannot be told from another, nor a segment that was folded from one that was not.
            _unfinished.AddRange(DirectoryFiles.List(files, directory, DirectoryFiles.Folders(files, directory)).Where(name => !manifest.Files.ContainsKey(name)));
            return;
        }

        RefuseUnnamedFiles(manifest);
        RefuseUnnamedSegments(manifest, names);
    }

    /// <exception cref="StorageException">It names a collection that this program does not know.</exception>
    public static void RefuseUnknown(Manifest manifest, string directory, IReadOnlyDictionary<string, CollectionState> states)
    {
        var unknown = manifest.Collections.Keys.FirstOrDefault(name => !states.TryGetValue(name, out var state) || !state.IsDurable);
        if (unknown is not null)
        {
            throw new StorageException($"The storage directory '{directory}' has a collection '{unknown}' that this program does not know. " +
                "Nothing was changed. A newer version, or another program, wrote it: run that one.");
        }
    }

    private void CheckFiles(Manifest manifest)
    {
        foreach (var (name, checksum) in manifest.Files)
        {
            var path = Path.Combine(directory, name);
            if (Path.GetDirectoryName(path) is { } folder && files.FileExists(folder))
            {
                throw FileDamage.NoFolder(folder);
            }

            if (!files.FileExists(path))
            {
                throw FileDamage.Missing(path);
            }

            if (ChecksummedLine.Of(files.ReadAllBytes(path)) != checksum)
            {
                throw FileDamage.Whole(path, "its checksum does not fit");
            }
        }

        _unfinished.AddRange(manifest.Pending.Where(file => Path.Combine(directory, file.Key) is var path &&
            files.FileExists(path) && ChecksummedLine.Of(files.ReadAllBytes(path)) == file.Value).Select(file => file.Key));
    }

    private void RefuseUnnamedCollections(Manifest manifest)
    {
        foreach (var state in states.Values.Where(state => state.IsDurable && !manifest.Collections.ContainsKey(state.Name)))
        {
            var path = Path.Combine(directory, state.FileName);
            if (files.FileExists(path) && !IsEmptyCollection(state, path))
            {
                throw FileDamage.Unnamed(path);
            }
        }
    }

    private void RefuseUnnamedFiles(Manifest manifest)
    {
        var unnamed = DirectoryFiles.List(files, directory, DirectoryFiles.Folders(manifest))
            .FirstOrDefault(name => !manifest.Files.ContainsKey(name) && !_unfinished.Contains(name));
        if (unnamed is not null)
        {
            throw FileDamage.Unnamed(Path.Combine(directory, unnamed));
        }
    }

    /// <summary>A segment is named before a line is written to it, and its name goes when its lines were folded.</summary>
    private void RefuseUnnamedSegments(Manifest manifest, IReadOnlyList<string> names)
    {
        foreach (var name in names)
        {
            if (JournalSegment.TryParse(name, out var number) && number > manifest.Folded && !manifest.Segments.Contains(number) && HasLine(name))
            {
                throw FileDamage.Unnamed(Path.Combine(directory, name));
            }
        }
    }

    private bool HasLine(string segment)
    {
        using var lines = new LineReader(files.OpenRead(Path.Combine(directory, segment)));
        lines.TryRead(out _);
        return lines.TryRead(out var line) && !JournalSegment.IsFilling(line);
    }

    /// <summary>Whether a start that was killed half-way left the file behind.</summary>
    private bool IsEmptyCollection(CollectionState state, string path)
    {
        try
        {
            long version = 0;
            return SnapshotReader.Read(files, path, state, ref version).Count is 0;
        }
        catch (StorageException)
        {
            return false;
        }
    }
}
