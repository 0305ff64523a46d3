using System.CommandLine;
using Identity.Stores.FileSystem;
using Identity.Stores.FileSystem.Storage;
using Microsoft.Extensions.Options;

namespace Identity.Server.Administration;

/// <summary><c>storage</c>: the storage directory itself, while the server is stopped.</summary>
internal static class StorageCommand
{
    private delegate StorageReport Work(FileSystemStorageOptions options, IEnumerable<CollectionDefinition> collections, TimeProvider time);

    /// <summary>Creates the command.</summary>
    /// <returns>The command with its subcommands.</returns>
    public static Command Create() => new("storage", "Check and mend the storage directory while the server is stopped.")
    {
        Create("verify", "Check every file and report what is wrong; nothing is changed.", StorageMaintenance.Verify, ReportFindings),
        Create("recover", "Go on with every entry that is sound; the rest, and the files as they were, are kept aside.", StorageMaintenance.Recover, ReportRecovery),
    };

    private static Command Create(string name, string description, Work work, Func<StorageReport, int> report)
    {
        var command = new Command(name, description) { TreatUnmatchedTokensAsErrors = false };
        command.SetAction((result, cancellationToken) => OfflineCommand.RunAsync(
            result,
            (services, _) => Task.FromResult(report(work(
                services.GetRequiredService<IOptions<FileSystemStorageOptions>>().Value,
                services.GetServices<CollectionDefinition>(),
                services.GetRequiredService<TimeProvider>()))),
            cancellationToken));
        return command;
    }

    /// <returns>0 where nothing is wrong, so that a script can tell.</returns>
    private static int ReportFindings(StorageReport report)
    {
        WriteEntries(report);
        if (report.Findings.Count is 0)
        {
            Console.WriteLine("Nothing is wrong.");
            return 0;
        }

        WriteFindings(report);
        Console.WriteLine("Restore the directory from a backup, or run 'storage recover' to go on with what is sound.");
        return 1;
    }

    private static int ReportRecovery(StorageReport report)
    {
        if (report.Findings.Count is 0)
        {
            Console.WriteLine("Nothing was wrong, and nothing was changed.");
            return 0;
        }

        WriteFindings(report);
        WriteEntries(report);
        Console.WriteLine("The files as they were are in 'before-recovery-…', the damaged lines in '….quarantine'. The server can be started.");
        return 0;
    }

    private static void WriteEntries(StorageReport report)
    {
        foreach (var (name, count) in report.Entries.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            Console.WriteLine($"{name}: {count} entries");
        }
    }

    private static void WriteFindings(StorageReport report)
    {
        foreach (var finding in report.Findings)
        {
            Console.WriteLine(finding);
        }
    }
}
