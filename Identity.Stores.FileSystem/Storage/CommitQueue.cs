using System.Diagnostics;

namespace Identity.Stores.FileSystem.Storage;

/// <summary>
/// Orders all commits of a directory: each is applied in memory, given a ticket, and flushed together with whatever else is
/// waiting. What a failed flush covered, and all that came after, is undone.
/// </summary>
/// <remarks>
/// A ticket counts commits, those of memory-only collections too; a sequence number counts journal lines. Waiting for a
/// ticket waits for everything that was visible when it was drawn.
/// </remarks>
internal sealed class CommitQueue(IJournal journal, TimeProvider time, Action flushed) : IThreadPoolWorkItem
{
    private readonly UndoneTickets _undone = new();
    private CommitBatch _open = new();
    private CommitBatch? _flushing;
    private bool _isFlushing;
    private bool _hasGivenWay;
    private bool _isClosed;
    private long _durableTicket;
    private long _lastVersion;
    private TaskCompletionSource<SnapshotCapture>? _captureRequest;
    private Func<long, SnapshotCapture>? _capture;
    private Action? _captured;
    private StorageException? _lastFailure;

    /// <summary>Guards the collections, the units of work and this queue. Held for look-ups and applies only, never over I/O.</summary>
    public Lock Gate { get; } = new();

    public long LastTicket { get; private set; }

    /// <summary>The sequence number of the last line that was queued, and of the last that is on disk.</summary>
    public long LastSequence { get; private set; }

    public long DurableSequence { get; private set; }

    /// <summary>When something was last committed, in this process or before; in a new directory, when it was opened.</summary>
    public DateTimeOffset LastCommit { get; private set; } = time.GetUtcNow();

    public bool IsWritable => _lastFailure is null;

    public bool WasUndone(long ticket) => _undone.Contains(ticket);

    public long NextVersion() => Interlocked.Increment(ref _lastVersion);

    /// <summary>Takes up where the files left off.</summary>
    public void Start(long sequence, long version, DateTimeOffset newest)
    {
        (LastSequence, DurableSequence, _lastVersion) = (sequence, sequence, version);
        LastCommit = newest;
    }

    public async ValueTask CommitAsync(UnitOfWork unit, CancellationToken cancellationToken)
    {
        var pending = BeginCommit(unit);
        if (!pending.IsCompletedSuccessfully)
        {
            await pending.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Commits; a later commit of the unit waits for this one, too.</summary>
    /// <returns>A task that completes when everything is durable that the unit has changed or may have read.</returns>
    public Task BeginCommit(UnitOfWork unit)
    {
        var changes = unit.Changes;
        var payload = JournalPayload.Create(unit);
        lock (Gate)
        {
            try
            {
                if (unit.IsTorn |= unit.Changes != changes)
                {
                    throw new InvalidOperationException("A unit of work was written to while it was being committed; nothing was changed. Use it from one flow of control at a time.");
                }

                if (unit.ReadUndoneState || WasUndone(unit.ReadTicket))
                {
                    throw Undone();
                }

                if (unit.PendingWrites.Count > 0)
                {
                    unit.NoteCommit(Apply(unit, payload));
                }

                return Pending(unit.ReadTicket);
            }
            finally
            {
                unit.Clear();
            }
        }
    }

    public void Discard(UnitOfWork unit)
    {
        lock (Gate)
        {
            unit.Clear();
        }
    }

    /// <summary>
    /// Captures the collections, by a function called under the lock, at a moment that the journal then makes durable.
    /// </summary>
    /// <param name="capture">Given the sequence number of the last change.</param>
    /// <param name="durable">Called when the capture is durable and before anything later is.</param>
    public Task<SnapshotCapture> CaptureAsync(Func<long, SnapshotCapture> capture, Action durable)
    {
        lock (Gate)
        {
            Debug.Assert(_captureRequest is null, "One snapshot at a time.");
            (_capture, _captured) = (capture, durable);
            _captureRequest = new(TaskCreationOptions.RunContinuationsAsynchronously);
            StartFlushing();
            return _captureRequest.Task;
        }
    }

    /// <summary>Refuses further commits and waits for those that are under way.</summary>
    public async ValueTask CloseAsync()
    {
        Task pending;
        lock (Gate)
        {
            _isClosed = true;
            pending = Pending(LastTicket);
        }

        await pending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    void IThreadPoolWorkItem.Execute()
    {
        // Requests that are ready to run come first, once: their changes then share this flush.
        if (!_hasGivenWay && ThreadPool.PendingWorkItemCount > 0)
        {
            _hasGivenWay = true;
            QueueFlush();
            return;
        }

        _hasGivenWay = false;
        FlushBatch();
    }

    /// <summary>Flushes what is waiting, and sees to it that what comes meanwhile is flushed after it.</summary>
    private void FlushBatch()
    {
        var (batch, capture, captured, request) = TakeBatch();
        try
        {
            Flush(batch);
        }
        catch (Exception exception)
        {
            // Whatever it was, those who wait must hear of it, and memory must not be ahead of the disk.
            Fail(exception);
            request?.SetException(Undone());
            LeaveFlushing();
            return;
        }

        if (capture is not null)
        {
            journal.EndSegment();
            captured!();
        }

        Succeed(batch);
        request?.SetResult(capture!);
        flushed();
        LeaveFlushing();
    }

    private long Apply(UnitOfWork unit, JournalPayload payload)
    {
        ObjectDisposedException.ThrowIf(_isClosed, typeof(StorageDirectory));
        foreach (var write in unit.PendingWrites)
        {
            var current = write.State.Get(write.Id);
            if (ReferenceEquals(current, write.Replaced))
            {
                continue;
            }

            // What a memory-only collection pushed out meanwhile is gone, whatever was about to be written to it; but what was to be taken
            // away may be going to another collection, where it would come back.
            if (!write.IsForced && (current is not null || write.State.IsDurable || write.Value is null))
            {
                throw new ConcurrencyConflictException(write.State.Name, write.Id);
            }

            write.Rebase(current, NextVersion);
            payload.Replace(write);
        }

        var hasLine = payload.HasChanges;
        var undo = new List<(CollectionState, string, Entity?)>(unit.PendingWrites.Count);
        LastTicket++;
        LastSequence += hasLine ? 1 : 0;
        var now = LastCommit = time.GetUtcNow();
        foreach (var write in unit.PendingWrites)
        {
            undo.Add((write.State, write.Id, write.Replaced));
            write.State.Set(write.Id, write.Value);
            if (write.State.IsDurable)
            {
                write.State.ChangedAt = LastSequence;
            }
            else if (write.Value is { } value)
            {
                write.State.Trim(value, now, entity => undo.Add((write.State, entity.Id, entity)));
            }
        }

        if (!hasLine && _open.Commits.Count is 0)
        {
            // It needs no flush of its own: it waits for the one under way, if there is any, since it may have read what that covers.
            if (_flushing is null)
            {
                return _durableTicket = LastTicket;
            }

            _flushing.Late.Add(undo);
            return _flushing.LastTicket = LastTicket;
        }

        _open.Commits.Add(new(LastSequence, now, hasLine ? payload : null, undo));
        StartFlushing();
        return _open.LastTicket = LastTicket;
    }

    private Task Pending(long ticket)
    {
        if (ticket <= _durableTicket)
        {
            return Task.CompletedTask;
        }

        return _flushing is { } flushing && ticket <= flushing.LastTicket ? flushing.Done.Task : _open.Done.Task;
    }

    private void StartFlushing()
    {
        if (!_isFlushing)
        {
            _isFlushing = true;
            QueueFlush();
        }
    }

    private void QueueFlush() => ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);

    private void LeaveFlushing()
    {
        lock (Gate)
        {
            if (_open.Commits.Count is 0 && _captureRequest is null)
            {
                _isFlushing = false;
                return;
            }
        }

        QueueFlush();
    }

    private (CommitBatch Batch, SnapshotCapture? Capture, Action? Captured, TaskCompletionSource<SnapshotCapture>? Request) TakeBatch()
    {
        lock (Gate)
        {
            var batch = _open;
            batch.LastTicket = LastTicket;
            var request = _captureRequest;
            var capture = _capture?.Invoke(LastSequence);
            var captured = _captured;
            (_open, _flushing, _captureRequest, _capture, _captured) = (new CommitBatch(), batch, null, null, null);
            return (batch, capture, captured, request);
        }
    }

    private void Flush(CommitBatch batch)
    {
        foreach (var commit in batch.Commits)
        {
            if (commit.Payload is { } payload)
            {
                journal.Add(commit.Sequence, DurableSequence, commit.Time, payload);
            }
        }

        journal.Flush();
    }

    private void Succeed(CommitBatch batch)
    {
        lock (Gate)
        {
            _durableTicket = batch.LastTicket;
            if (batch.Commits is [.., var last])
            {
                DurableSequence = last.Sequence;
                _lastFailure = batch.Commits.Exists(commit => commit.Payload is not null) ? null : _lastFailure;
            }

            _flushing = null;
        }

        batch.Done.SetResult();
    }

    private void Fail(Exception exception)
    {
        CommitBatch first, second;
        StorageException failure;
        lock (Gate)
        {
            (first, second) = (_flushing!, _open);
            second.Undo();
            first.Undo();
            _undone.Add(_durableTicket + 1, LastTicket);

            // A ticket of its own, so that what is read from now on is told from what was undone.
            _durableTicket = ++LastTicket;
            LastSequence = DurableSequence;
            (_open, _flushing) = (new CommitBatch(), null);
            _lastFailure = failure = exception as StorageException ?? new StorageException(
                $"What was to be written could not be made durable and was undone: {exception.Message}", exception);
        }

        journal.Abandon(failure);
        first.Done.SetException(failure);
        second.Done.SetException(failure);

        // Not every batch has somebody waiting; its failure has been reported all the same.
        _ = first.Done.Task.Exception;
        _ = second.Done.Task.Exception;
    }

    private StorageException Undone() => new("What this request had read or written was undone, since it could not be made durable. " +
        (_lastFailure?.Message ?? "Try again."));
}
