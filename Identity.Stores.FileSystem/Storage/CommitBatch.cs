namespace Identity.Stores.FileSystem.Storage;

/// <summary>Commits that one flush makes durable, or that are undone together.</summary>
internal sealed class CommitBatch
{
    public List<Commit> Commits { get; } = [];

    /// <summary>What was changed in memory only while the batch was being flushed, as it is undone.</summary>
    public List<List<(CollectionState State, string Id, Entity? Previous)>> Late { get; } = [];

    public long LastTicket { get; set; }

    public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Takes everything back in memory, the last change first.</summary>
    public void Undo()
    {
        foreach (var undo in Enumerable.Reverse(Late).Concat(Enumerable.Reverse(Commits).Select(commit => commit.Undo)))
        {
            for (var index = undo.Count - 1; index >= 0; index--)
            {
                var (state, id, previous) = undo[index];
                state.Set(id, previous);
            }
        }
    }

    /// <param name="Sequence">The number of its line, or of the last one before it.</param>
    /// <param name="Time">When it was made.</param>
    /// <param name="Payload">Its line; null for one that changed memory only.</param>
    /// <param name="Undo">What was there before, in the order of the changes.</param>
    public sealed record Commit(
        long Sequence, DateTimeOffset Time, JournalPayload? Payload, List<(CollectionState State, string Id, Entity? Previous)> Undo);
}
