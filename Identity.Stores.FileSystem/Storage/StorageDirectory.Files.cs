namespace Identity.Stores.FileSystem.Storage;

/// <content>Small files, such as keys, that a host keeps beside the collections under the same promises.</content>
public sealed partial class StorageDirectory
{
    /// <summary>Lists the files of a folder.</summary>
    /// <param name="folder">The name of the folder, such as <c>keys</c>.</param>
    /// <returns>The names, ordered.</returns>
    public IReadOnlyList<string> ListFiles(string folder)
    {
        var prefix = NameOf(folder, string.Empty);
        return [.. _manifest.Current.Files.Keys.Where(name => name.StartsWith(prefix, StringComparison.Ordinal)).Select(name => name[prefix.Length..])];
    }

    /// <summary>Reads a file.</summary>
    /// <param name="folder">The name of the folder.</param>
    /// <param name="name">The name of the file.</param>
    /// <returns>Its content.</returns>
    /// <exception cref="StorageException">It cannot be read, or its checksum does not fit.</exception>
    public byte[] ReadFile(string folder, string name)
    {
        var path = System.IO.Path.Combine(Path, NameOf(folder, name));
        try
        {
            var content = _files.ReadAllBytes(path);
            return _manifest.Current.Files.GetValueOrDefault(NameOf(folder, name)) == ChecksummedLine.Of(content)
                ? content
                : throw new StorageException($"'{path}' is damaged or was edited: its checksum does not fit. Restore it from a backup.");
        }
        catch (Exception exception) when (exception is (IOException or UnauthorizedAccessException) and not StorageException)
        {
            throw new StorageException($"'{path}' cannot be read: {exception.Message}", exception);
        }
    }

    /// <summary>Writes a new file; when the method returns, it is durable and its loss would stop the next start.</summary>
    /// <param name="folder">The name of the folder, created if it does not exist.</param>
    /// <param name="name">The name of the file, which must not exist: a key is never overwritten.</param>
    /// <param name="content">Its content.</param>
    /// <exception cref="StorageException">It exists, or could not be written.</exception>
    /// <exception cref="ObjectDisposedException">The directory may be another process's by now.</exception>
    public void WriteFile(string folder, string name, ReadOnlySpan<byte> content)
    {
        // One at a time: two of one name must not find each other's half.
        lock (_writingFile)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            WriteNewFile(folder, name, content);
        }
    }

    private void WriteNewFile(string folder, string name, ReadOnlySpan<byte> content)
    {
        var fullName = NameOf(folder, name);
        var path = System.IO.Path.Combine(Path, fullName);
        if (_manifest.Current.Files.ContainsKey(fullName))
        {
            throw new StorageException($"'{path}' exists already.");
        }

        var checksum = ChecksummedLine.Of(content);
        try
        {
            _files.CreateFolder(System.IO.Path.Combine(Path, folder));
            _files.FlushFolder(Path);
            if (_files.FileExists(path))
            {
                // Left by an attempt that failed: no manifest on disk may name it any more when it goes.
                _manifest.Update(static current => current);
                _files.Delete(path);
            }

            _files.FlushFolder(System.IO.Path.Combine(Path, folder));

            // Announced first: a file that is there without its name in the manifest is then never this one after a kill.
            _manifest.Update(current => current with { Pending = current.Pending.SetItem(fullName, checksum) });
            _files.WriteAtomically(path, content);
            _manifest.Update(current => current with { Files = current.Files.SetItem(fullName, checksum), Pending = current.Pending.Remove(fullName) });
        }
        catch (Exception exception) when (exception is (IOException or UnauthorizedAccessException) and not StorageException)
        {
            // A key that might be gone after a crash must not be used. Once announced it stays so: its file may be there.
            throw new StorageException($"'{path}' could not be written: {exception.Message}", exception);
        }
    }

    private static string NameOf(string folder, string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(name);
        if (folder.AsSpan().ContainsAny("/\\.") || name.AsSpan().ContainsAny("/\\"))
        {
            throw new ArgumentException($"'{folder}' and '{name}' must be plain names.");
        }

        if (DirectoryFiles.IsLeftover(name))
        {
            throw new ArgumentException($"'{name}' is named as what is being written, and the next start would remove it.");
        }

        return $"{folder}/{name}";
    }
}
