using System.Text;

namespace Identity.Stores.FileSystem.Storage;

/// <summary>Makes what is sound in a damaged directory its new state, as one step.</summary>
internal static class DirectoryRecovery
{
    /// <param name="files">The file system.</param>
    /// <param name="directory">The directory.</param>
    /// <param name="inspection">What is sound in it, and what is not.</param>
    /// <param name="salvage">The same, where it is not sound as a whole.</param>
    /// <param name="time">The clock.</param>
    /// <returns>The names of the folder that keeps the files as they were, and of the file that keeps what is damaged.</returns>
    public static (string Folder, string Quarantine) Run(IFileSystem files, string directory, DirectoryInspection inspection, DirectorySalvage salvage, TimeProvider time)
    {
        // Beyond all that there is, so that none of the old files can pass for a new one.
        var sequence = salvage.Sequence + 1;
        var at = salvage.Newest == DateTimeOffset.MinValue ? time.GetUtcNow() : salvage.Newest;
        var stamp = Timestamp.FormatName(time.GetUtcNow());
        var states = inspection.States.Values.Where(state => state.IsDurable).ToList();
        var replacement = new DirectoryReplacement(files, directory);
        replacement.Begin();
        var quarantine = files.FreeName(directory, stamp, DirectoryFiles.QuarantineEnding);
        var folder = files.FreeName(directory, DirectoryFiles.RecoveryPrefix + stamp);
        replacement.Add(quarantine, Describe(inspection.Findings));
        foreach (var state in states)
        {
            replacement.Add(state, sequence, at);
        }

        replacement.Commit(
            new Manifest
            {
                Collections = Manifest.Empty<long>().AddRange(states.Select(state => KeyValuePair.Create(state.Name, sequence))),
                Sequence = sequence,
                Folded = salvage.LastSegment,
                Files = salvage.SoundFiles,
            },
            folder,
            salvage.UnsoundFiles);
        return (folder, quarantine);
    }

    private static byte[] Describe(IEnumerable<StorageFinding> findings)
    {
        var content = new MemoryStream();
        foreach (var finding in findings)
        {
            content.Write(Encoding.UTF8.GetBytes($"# {finding}\n"));
            if (finding.Content is { } line)
            {
                content.Write(line);
                content.Write("\n"u8);
            }
        }

        return content.ToArray();
    }
}
