using System.Globalization;
using System.Text;
using Identity.Stores.FileSystem;
using Identity.Stores.FileSystem.Storage;
using Identity.Tests.Storage.History;
using Microsoft.Extensions.Logging.Abstractions;

namespace Identity.Tests.Storage;

/// <summary>
/// A process that is there to be killed: it starts, writes a key, and serves parallel writers and readers, and says on the standard
/// output what was acknowledged to them.
/// </summary>
internal static class CrashWorker
{
    public const string Command = "crash-worker";
    public const string Opening = "opening";
    public const string Opened = "opened";
    public const string Key = "key";
    public const string KeyFolder = "keys";

    private const int Clients = 4;

    public static StorageDirectory Open(IFileSystem files, string path) => StorageDirectory.Open(
        files, new FileSystemStorageOptions { Directory = path, SnapshotThreshold = 20_000, JournalChunk = 8_192 },
        [ChainWriter.Redeemed, ChainWriter.Live, HistoryClient.Left, HistoryClient.Right], TimeProvider.System, NullLogger<StorageDirectory>.Instance);

    /// <summary>Serves until it is killed.</summary>
    public static async Task RunAsync(string path, int life, ulong seed, KillMoment moment)
    {
        var log = new HistoryLog(life, Console.Out.WriteLine);
        _ = EndWithParentAsync(log);
        log.Write(Opening, "now");
        await using var storage = Open(new FaultyFileSystem { DecideCall = moment.Decide }, path);
        var key = NameOfKey(life);
        storage.WriteFile(KeyFolder, key, Encoding.UTF8.GetBytes(key));
        log.Write(Key, key);
        await HistoryClient.CreateRegistersAsync(storage);
        moment.IsOpen = true;
        log.Write(Opened, "now");
        var chance = new Chance(seed);
        await Task.WhenAll([
            .. Enumerable.Range(0, ChainWriter.Writers).Select(writer => ChainWriter.RunAsync(storage, writer, log)),
            .. Enumerable.Range(0, Clients).Select(client => new HistoryClient(storage, log, chance.For(client)).RunAsync())]);
    }

    public static string NameOfKey(int life) => string.Create(CultureInfo.InvariantCulture, $"key-{life:00000}");

    /// <summary>Should whoever was to kill it be gone.</summary>
    private static async Task EndWithParentAsync(HistoryLog log)
    {
        await Console.OpenStandardInput().ReadExactlyAsync(new byte[1]).AsTask().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        log.Close(() => { });
    }
}
