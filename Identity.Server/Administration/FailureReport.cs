using Identity.Server.Hosting;

namespace Identity.Server.Administration;

/// <summary>Tells on standard error why something came to nothing, in lines for people.</summary>
internal static class FailureReport
{
    /// <summary>Runs something and reports what it throws.</summary>
    /// <param name="action">What to run; it returns the exit code.</param>
    /// <returns>The exit code; 1 after an exception.</returns>
    public static async Task<int> RunAsync(Func<Task<int>> action)
    {
        try
        {
            return await action();
        }
        catch (Exception exception)
        {
            foreach (var line in StartupException.Describe(exception))
            {
                await Console.Error.WriteLineAsync(line);
            }

            return 1;
        }
    }
}
