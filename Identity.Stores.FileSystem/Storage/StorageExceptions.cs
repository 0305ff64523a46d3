namespace Identity.Stores.FileSystem.Storage;

/// <summary>
/// The directory could not be opened, or what was written could not be made durable. The message is meant for a person: it
/// names the file and says what to do.
/// </summary>
public class StorageException : IOException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What happened, to which file, and what to do.</param>
    public StorageException(string message) : base(message)
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">What happened, to which file, and what to do.</param>
    /// <param name="innerException">The cause.</param>
    public StorageException(string message, Exception innerException) : base(message, innerException)
    {
    }

    /// <summary>What is wrong with which file, where that is why.</summary>
    internal FileDamage? Damage { get; init; }
}

/// <summary>The entity was changed or removed since it was read, or another unit of work is writing it.</summary>
/// <param name="collection">The name of the collection.</param>
/// <param name="id">The identifier of the entity.</param>
public sealed class ConcurrencyConflictException(string collection, string id)
    : Exception($"The entry '{id}' of '{collection}' was changed or removed by somebody else. Read it again and retry.");

/// <summary>A unique index of the collection has that key already.</summary>
/// <param name="collection">The name of the collection.</param>
/// <param name="index">The name of the index.</param>
public sealed class DuplicateKeyException(string collection, string index)
    : Exception($"Another entry of '{collection}' has the same {index}.")
{
    internal string Index => index;
}
