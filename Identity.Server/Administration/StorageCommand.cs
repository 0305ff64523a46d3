using System.CommandLine;
using Identity.Stores.FileSystem;
using Identity.Stores.FileSystem.Storage;
using Microsoft.Extensions.Options;

namespace Identity.Server.Administration;

/// <summary><c>storage</c>: the storage directory itself, while the server is stopped.</summary>
internal static class StorageCommand
{
    private delegate int Work(FileSystemStorageOptions options, IEnumerable<CollectionDefinition> collections, TimeProvider time);

    /// <summary>Creates the command.</summary>
    /// <returns>The command with its subcommands.</returns>
    public static Command Create() => new("storage", "Check and mend the storage directory while the server is stopped.")
    {
        Create("verify", "Check every file and report what is wrong; nothing is changed.", Verify),
        Create("recover", "Go on with every entry that is sound; the rest, and the files as they were, are kept aside.", Recover),
        Create("compact", "Fold the journal into the files, without what has expired.", Compact),
        CreateReseal(),
    };

    private static Command Create(string name, string description, Work work)
    {
        var command = new Command(name, description) { TreatUnmatchedTokensAsErrors = false };
        command.SetAction((result, cancellationToken) => OfflineCommand.RunAsync(result, (services, _) => Task.FromResult(Run(services, work)), cancellationToken));
        return command;
    }

    private static Command CreateReseal()
    {
        var names = new Argument<string[]>("FILE") { Description = "A file that was edited, such as clients.json; there may be several.", Arity = ArgumentArity.OneOrMore };
        var command = new Command("reseal", "Take in what a person edited in files of collections, if it is valid.") { names };
        command.TreatUnmatchedTokensAsErrors = false;
        command.SetAction((result, cancellationToken) =>
        {
            var (files, settings) = OfflineCommand.Split(result.GetRequiredValue(names));
            if (files is [])
            {
                Console.Error.WriteLine("Name the file that was edited, such as clients.json.");
                return Task.FromResult(1);
            }

            return OfflineCommand.RunAsync(
                [.. settings, .. result.UnmatchedTokens],
                (services, _) => Task.FromResult(Run(services, (options, collections, time) => Reseal(StorageMaintenance.Reseal(options, collections, files, time)))),
                cancellationToken);
        });
        return command;
    }

    private static int Run(IServiceProvider services, Work work) => work(
        services.GetRequiredService<IOptions<FileSystemStorageOptions>>().Value,
        services.GetServices<CollectionDefinition>(),
        services.GetRequiredService<TimeProvider>());

    /// <returns>0 where nothing is wrong, so that a script can tell.</returns>
    private static int Verify(FileSystemStorageOptions options, IEnumerable<CollectionDefinition> collections, TimeProvider time)
    {
        var report = StorageMaintenance.Verify(options, collections, time);
        WriteEntries(report.Entries);
        Write(report.Findings, string.Empty);
        Write(report.Remarks, "Note: ");
        if (report.Findings.Count is 0)
        {
            Console.WriteLine("Nothing is wrong.");
            return 0;
        }

        if (report.Findings.All(finding => finding.IsMendedByStart))
        {
            Console.WriteLine("The next start mends that.");
            return 1;
        }

        Console.WriteLine("Restore the directory from a backup, or run 'storage recover' to go on with what is sound. " +
            "If you edited a collection's file on purpose, 'storage reseal FILE' takes it in.");
        return 1;
    }

    private static int Recover(FileSystemStorageOptions options, IEnumerable<CollectionDefinition> collections, TimeProvider time)
    {
        var report = StorageMaintenance.Recover(options, collections, time);
        WriteFinished(report.Finished);
        if (report.Findings.Count is 0)
        {
            Console.WriteLine(report.Finished is null ? "Nothing is wrong, and nothing was changed." : "Nothing is wrong now. The server can be started.");
            return 0;
        }

        Write(report.Findings, string.Empty);
        WriteEntries(report.Entries);
        if (report.Kept is var (folder, quarantine))
        {
            Console.WriteLine($"The files as they were are in '{folder}'; '{quarantine}' says once more what was wrong, with the damaged lines.");
        }

        Console.WriteLine("The server can be started.");
        return 0;
    }

    private static int Compact(FileSystemStorageOptions options, IEnumerable<CollectionDefinition> collections, TimeProvider time)
    {
        var compaction = StorageMaintenance.Compact(options, collections, time);
        WriteFinished(compaction.Finished);
        foreach (var file in compaction.Files)
        {
            Console.WriteLine(file.Before == file.After
                ? $"{file.File}: {file.Before:N0} bytes"
                : $"{file.File}: {file.Before:N0} bytes before, {file.After:N0} after");
        }

        foreach (var name in compaction.Removed)
        {
            Console.WriteLine($"{name}: removed; a crash had left it behind");
        }

        WriteEntries(compaction.Entries);
        Write(compaction.Remarks, "Note: ");
        Console.WriteLine($"{compaction.Expired} expired entries were left out. The '.json' files alone are the truth now.");
        return 0;
    }

    private static int Reseal(StorageReseal reseal)
    {
        WriteFinished(reseal.Finished);
        if (reseal.Findings.Count > 0)
        {
            Write(reseal.Findings, string.Empty);
            Console.WriteLine(reseal.Finished is null ? "Nothing was changed." : "Nothing else was changed.");
            return 1;
        }

        if (reseal.Files.Count is 0)
        {
            Console.WriteLine(reseal.Finished is null ? "No edit was found, and nothing was changed." : "No other edit was found.");
            return 0;
        }

        foreach (var file in reseal.Files)
        {
            Write(file, file.Changed, "changed");
            Write(file, file.Added, "added");
            if (file.Removed > 0)
            {
                Console.WriteLine($"{file.File}: removed {file.Removed} (the file does not say which; an entry without its 'crc' counts as added)");
            }

            Console.WriteLine($"{file.File}: written anew; the edited file is kept as '{file.Kept}'");
        }

        Write(reseal.Remarks, "Note: ");
        return 0;
    }

    private static void WriteFinished(string? finished)
    {
        if (finished is not null)
        {
            Console.WriteLine(finished);
        }
    }

    private static void Write(ResealedFile file, IReadOnlyList<string> ids, string what)
    {
        foreach (var id in ids)
        {
            Console.WriteLine($"{file.File}: {what} '{id}'");
        }
    }

    private static void WriteEntries(IReadOnlyDictionary<string, int> entries)
    {
        foreach (var (name, count) in entries.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            Console.WriteLine($"{name}: {count} {(count is 1 ? "entry" : "entries")}");
        }
    }

    private static void Write(IReadOnlyList<StorageFinding> findings, string before)
    {
        foreach (var finding in findings)
        {
            Console.WriteLine(before + finding);
        }
    }
}
