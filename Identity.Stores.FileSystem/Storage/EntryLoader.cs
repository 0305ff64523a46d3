namespace Identity.Stores.FileSystem.Storage;

/// <summary>
/// Puts the lines of a collection's file into the collection, batch by batch. While one batch goes in, which is more than one processor's
/// work but less than all of theirs, the next one is checked and read.
/// </summary>
internal sealed class EntryLoader
{
    private readonly string _path;
    private readonly int _total;
    private readonly CollectionLoad _load;
    private EntryBatch _batch;
    private EntryBatch _other;
    private Task<(long Line, string What)?> _loading = Task.FromResult<(long Line, string What)?>(null);
    private int _count;

    /// <param name="path">The file, for errors.</param>
    /// <param name="state">The collection, which nobody uses yet.</param>
    /// <param name="total">How many entries there are.</param>
    /// <param name="length">The length of the file.</param>
    public EntryLoader(string path, CollectionState state, int total, long length)
    {
        (_path, _total, _load) = (path, total, state.BeginLoad(total));
        (_batch, _other) = (new(_load, length), new(_load, length));
    }

    /// <summary>The largest version among the entries, once all are there.</summary>
    public long Version => Math.Max(_batch.Version, _other.Version);

    /// <param name="line">The line.</param>
    /// <param name="number">Its number in the file.</param>
    /// <exception cref="StorageException">One of the lines until here is damaged.</exception>
    public void Add(ReadOnlySpan<byte> line, long number)
    {
        _batch.Add(line, number, _count, isLast: _count == _total - 1);
        _count++;
        if (_batch.IsFull)
        {
            Flush();
        }
    }

    /// <summary>Waits until everything that was added is in the collection.</summary>
    /// <exception cref="StorageException">One of the lines is damaged; the first one is named.</exception>
    public void Complete()
    {
        Flush();
        ThrowIfDamaged(_loading.GetAwaiter().GetResult());
        if (_count == _total)
        {
            _load.Complete();
        }
    }

    private void Flush()
    {
        if (_batch.Count is 0)
        {
            return;
        }

        var damage = _batch.Read();
        ThrowIfDamaged(_loading.GetAwaiter().GetResult());
        ThrowIfDamaged(damage);

        var batch = _batch;
        _loading = _count == _total ? Task.FromResult(batch.Load()) : Task.Run(batch.Load);
        (_batch, _other) = (_other, _batch);
        _batch.Clear();
    }

    private void ThrowIfDamaged((long Line, string What)? damage)
    {
        if (damage is var (line, what))
        {
            throw FileDamage.Collection(_path, line, what);
        }
    }
}
