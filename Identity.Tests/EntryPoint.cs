using System.Globalization;
using Identity.Tests.Storage;

namespace Identity.Tests;

/// <summary>What the tests start as a process of its own, in order to kill it.</summary>
internal static class EntryPoint
{
    public static async Task<int> Main(string[] args)
    {
        if (args is not [CrashWorker.Command, var path, var life, var seed, var moment])
        {
            await Console.Error.WriteLineAsync("This program holds tests: run them with 'dotnet test'.");
            return 1;
        }

        await CrashWorker.RunAsync(path, int.Parse(life, CultureInfo.InvariantCulture), ulong.Parse(seed, CultureInfo.InvariantCulture), KillMoment.Parse(moment));
        return 0;
    }
}
