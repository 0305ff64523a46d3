namespace Identity.Stores.FileSystem.Storage;

/// <summary>Where the <see cref="CommitQueue"/> makes lines durable; called by one flush at a time.</summary>
internal interface IJournal
{
    /// <summary>Adds a line to the group that the next flush writes.</summary>
    void Add(long sequence, long durableSequence, DateTimeOffset time, JournalPayload payload);

    /// <summary>Writes the group and flushes it to disk; does nothing where there is no line.</summary>
    void Flush();

    /// <summary>Gives up the segment after a failure: it is never written or flushed again.</summary>
    void Abandon(StorageException failure);

    /// <summary>Ends the segment; the next line opens a new one.</summary>
    void EndSegment();
}
