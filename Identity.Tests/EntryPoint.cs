using Identity.Tests.Storage;

namespace Identity.Tests;

/// <summary>What the tests start as a process of its own, in order to kill it.</summary>
internal static class EntryPoint
{
    public static async Task<int> Main(string[] args)
    {
        if (args is not [ChainWorker.Command, var path])
        {
            await Console.Error.WriteLineAsync("This program holds tests: run them with 'dotnet test'.");
            return 1;
        }

        await ChainWorker.RunAsync(path);
        return 0;
    }
}
