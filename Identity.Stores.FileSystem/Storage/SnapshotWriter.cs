using Microsoft.Extensions.Logging;

namespace Identity.Stores.FileSystem.Storage;

/// <summary>Folds the journal into the collections' files while requests go on.</summary>
internal sealed class SnapshotWriter(
    IFileSystem files, string directory, IReadOnlyCollection<CollectionState> durable, ManifestFile manifest, IReadOnlyDictionary<string, FileStamp> stamps, ILogger logger)
{
    private readonly Dictionary<CollectionState, ReplacedFile> _files =
        durable.ToDictionary(state => state, state => new ReplacedFile(files, directory, state.FileName, stamps.GetValueOrDefault(state.Name), logger));

    private readonly SortedSet<long> _released = [];
    private long _totalLength = stamps.Values.Sum(stamp => stamp.Length);

    /// <summary>Bytes of all collections' files, as far as they were written or read.</summary>
    public long TotalLength => Volatile.Read(ref _totalLength);

    /// <summary>Whether segments are still there that the files cover, or the manifest still names them, because a snapshot failed.</summary>
    public bool IsUnfinished => _released.Count > 0;

    /// <summary>Writes what was captured, then lets go of the segments that are covered by it.</summary>
    /// <param name="capture">The changed collections at one sequence number, which is durable.</param>
    /// <param name="covered">The segments whose lines are all in the capture or in older files.</param>
    public void Write(SnapshotCapture capture, IReadOnlyList<long> covered)
    {
        _released.UnionWith(covered);
        foreach (var (state, entities) in capture.Collections)
        {
            Replace(state, entities, capture);
        }

        files.FlushFolder(directory);
        Volatile.Write(ref _totalLength, _files.Values.Sum(file => file.Stamp.Length));
        foreach (var (state, _) in capture.Collections)
        {
            state.SnapshotAt = capture.Sequence;
        }

        // All of them, not only those that were written now: a file may be newer than the manifest says, where a kill came in between.
        manifest.Update(current => current with
        {
            Collections = current.Collections.SetItems(durable.Select(state => KeyValuePair.Create(state.Name, state.SnapshotAt))),
            Segments = current.Segments.RemoveRange(covered),
            Folded = covered.Append(current.Folded).Max(),
            Sequence = capture.Sequence,
        });

        foreach (var segment in _released)
        {
            files.DeleteIfExists(Path.Combine(directory, JournalSegment.FileName(segment)));
        }

        files.FlushFolder(directory);
        _released.Clear();
    }

    private void Replace(CollectionState state, Entity[] entities, SnapshotCapture capture)
    {
        var temporary = Path.Combine(directory, state.FileName + FileSystemExtensions.TemporaryEnding);
        files.DeleteIfExists(temporary);
        try
        {
            Snapshot.Write(files, temporary, state, entities, capture.Sequence, capture.Time);
            _files[state].ReplaceBy(temporary, capture.Time);
        }
        catch
        {
            files.DeleteUnfinished(temporary);
            throw;
        }
    }

    /// <summary>The collections whose files somebody has changed or removed since they were written or read.</summary>
    public IReadOnlySet<CollectionState> FindEdited() => _files.Where(file => !file.Value.IsAsWritten).Select(file => file.Key).ToHashSet();
}
