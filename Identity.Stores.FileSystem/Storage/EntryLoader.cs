namespace Identity.Stores.FileSystem.Storage;

/// <summary>
/// Puts the lines of a collection's file into the collection. Each processor checks and reads a batch of them, while those before it go in,
/// one after the other in the order of the file; nearly all of the time that a start takes goes into that.
/// </summary>
internal sealed class EntryLoader
{
    // Fewer entries are there sooner than other threads have begun to help.
    private const int LoadedAtOnce = 2_048;

    private readonly string _path;
    private readonly int _total;
    private readonly long _length;
    private readonly CollectionLoad _load;
    private readonly Queue<(EntryBatch Batch, Task Loading)> _underWay = new();
    private EntryBatch _batch;
    private Task _last;
    private int _count;

    /// <param name="path">The file, for errors.</param>
    /// <param name="state">The collection, which nobody uses yet.</param>
    /// <param name="total">How many entries there are.</param>
    /// <param name="length">The length of the file.</param>
    public EntryLoader(string path, CollectionState state, int total, long length)
    {
        (_path, _total, _length, _load) = (path, total, length, state.BeginLoad(total));
        _batch = new(_load, length);
        _last = Start(_load.MakeRoom);
    }

    /// <summary>The largest version among the entries, once all are there.</summary>
    public long Version { get; private set; }

    /// <param name="line">The line.</param>
    /// <param name="number">Its number in the file.</param>
    /// <exception cref="StorageException">One of the lines until here is damaged.</exception>
    public void Add(ReadOnlySpan<byte> line, long number)
    {
        _batch.Add(line, number, _count, isLast: _count == _total - 1);
        _count++;
        if (_batch.IsFull)
        {
            Begin(_batch);
            _batch = NextBatch();
        }
    }

    /// <summary>Waits until everything that was added is in the collection.</summary>
    /// <exception cref="StorageException">One of the lines is damaged; the first one is named.</exception>
    public void Complete()
    {
        Begin(_batch);
        _last.GetAwaiter().GetResult();
        if (_count == _total)
        {
            _load.Complete();
        }
    }

    private void Begin(EntryBatch batch)
    {
        _last = LoadAsync(batch, _last);
        _underWay.Enqueue((batch, _last));
    }

    /// <summary>A new batch, or the oldest once what was in it is in the collection.</summary>
    private EntryBatch NextBatch()
    {
        if (_underWay.Count < Environment.ProcessorCount + 2)
        {
            return new(_load, _length);
        }

        var (batch, loading) = _underWay.Dequeue();
        loading.GetAwaiter().GetResult();
        batch.Clear();
        return batch;
    }

    private async Task LoadAsync(EntryBatch batch, Task before)
    {
        (long Line, string What)? damage = null;
        var reading = Start(() => damage = batch.Read());
        await before.ConfigureAwait(false);
        await reading.ConfigureAwait(false);
        if ((damage ?? batch.Load()) is var (line, what))
        {
            throw FileDamage.Collection(_path, line, what);
        }

        Version = Math.Max(Version, batch.Version);
    }

    private Task Start(Action work)
    {
        if (_total >= LoadedAtOnce)
        {
            return Task.Run(work);
        }

        work();
        return Task.CompletedTask;
    }
}
