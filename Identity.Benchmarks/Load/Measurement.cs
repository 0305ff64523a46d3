using System.Diagnostics;

namespace Identity.Benchmarks.Load;

/// <summary>What one server did in one turn.</summary>
/// <param name="PerSecond">Requests answered in a second.</param>
/// <param name="P50">Milliseconds within which half of the answers came.</param>
/// <param name="P99">Milliseconds within which 99 of 100 answers came.</param>
/// <param name="Cpu">CPU time of the server for each request, in milliseconds.</param>
/// <param name="Written">Bytes written to files for each request.</param>
internal sealed record Measurement(double PerSecond, double P50, double P99, double Cpu, double Written)
{
    /// <summary>Lets clients ask as fast as they are answered, until the time is over or enough was asked.</summary>
    /// <param name="server">The server.</param>
    /// <param name="clients">What each client does, again and again.</param>
    /// <param name="duration">How long.</param>
    /// <param name="requests">How many requests at most.</param>
    /// <param name="cancellationToken">Ends the turn.</param>
    /// <returns>What was measured.</returns>
    public static async Task<Measurement> TakeAsync(
        ServerUnderLoad server,
        IReadOnlyList<Action<LoadConnection>> clients,
        TimeSpan duration,
        int requests,
        CancellationToken cancellationToken)
    {
        var connections = clients.Select(_ => new LoadConnection(server.EndPoint)).ToList();
        try
        {
            connections.ForEach(connection => connection.Connect());
            var left = requests;
            var before = server.ReadUse();
            var start = Stopwatch.GetTimestamp();
            var times = await Task.WhenAll(clients.Zip(connections, (ask, connection) => Task.Factory.StartNew(
                () => Run(ask, connection), cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
            var elapsed = Stopwatch.GetElapsedTime(start);
            var after = server.ReadUse();
            var sorted = times.SelectMany(time => time).Order().ToArray();
            return new(
                sorted.Length / elapsed.TotalSeconds,
                Percentile(sorted, 0.50),
                Percentile(sorted, 0.99),
                (after.CpuSeconds - before.CpuSeconds) * 1_000 / sorted.Length,
                (after.WrittenBytes - before.WrittenBytes) / (double)sorted.Length);

            List<double> Run(Action<LoadConnection> ask, LoadConnection connection)
            {
                var milliseconds = new List<double>();
                while (Stopwatch.GetElapsedTime(start) < duration && Interlocked.Decrement(ref left) >= 0)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    var asked = Stopwatch.GetTimestamp();
                    ask(connection);
                    milliseconds.Add(Stopwatch.GetElapsedTime(asked).TotalMilliseconds);
                }

                return milliseconds;
            }
        }
        finally
        {
            connections.ForEach(connection => connection.Dispose());
        }
    }

    private static double Percentile(double[] sorted, double share) => sorted[(int)Math.Min(sorted.Length - 1, sorted.Length * share)];
}
