namespace Identity.Tests.Storage;

/// <summary>A call to the file system.</summary>
/// <param name="Number">How many came before.</param>
/// <param name="Name">What it does.</param>
/// <param name="Path">The file.</param>
/// <param name="IsOfLines">Whether it writes lines of a journal, not the head of a segment and not what fills it up.</param>
internal sealed record FileCall(int Number, string Name, string Path, bool IsOfLines = false);

/// <summary>How a call fails.</summary>
internal enum Fault
{
    /// <summary>It does not.</summary>
    None,

    /// <summary>Nothing was done: an I/O error.</summary>
    Before,

    /// <summary>Nothing was done: no right to it.</summary>
    Denied,

    /// <summary>There is no space: a write did half of it, everything else nothing.</summary>
    Full,

    /// <summary>It was done (a write: half of it) and reported as failed.</summary>
    After,

    /// <summary>A flush, after which everything since the last one is gone.</summary>
    Dropped,

    /// <summary>A flush, after which everything can still be read but is never written, whatever later flushes say.</summary>
    Forgotten,

    /// <summary>The process ends here as by a kill from outside; a write has done half by then.</summary>
    Kill,
}
