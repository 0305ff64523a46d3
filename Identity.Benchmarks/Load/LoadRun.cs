using System.Globalization;

namespace Identity.Benchmarks.Load;

/// <summary>One run: prepare, start, warm up, measure in turns, report.</summary>
internal sealed class LoadRun(LoadOptions options) : IAsyncDisposable
{
    private readonly string _directory = Directory.CreateDirectory(Path.Combine(options.Directory, Path.GetRandomFileName())).FullName;
    private readonly List<ServerUnderLoad> _servers = [];
    private int _prepared;
    private readonly LoadReport _report = new(options);

    public async Task ExecuteAsync(CancellationToken cancellationToken)
    {
        await MeasureStartsAsync(cancellationToken);
        var chains = new Dictionary<ServerUnderLoad, IReadOnlyList<Chain>>();
        foreach (var tokens in options.Tokens)
        {
            foreach (var name in options.Servers)
            {
                var server = await PrepareAsync(Candidate.Create(name, tokens), cancellationToken);
                await Preparation.AddAccountAsync(server, cancellationToken);
                await server.StartAsync(cancellationToken);
                chains.Add(server, await Preparation.ConnectAsync(server, options.Clients.Max(), options.Scope, cancellationToken));
            }
        }

        foreach (var (server, connections) in chains)
        {
            Say($"{server.Candidate}: warming up");
            await RefreshAsync(server, connections, 8, options.WarmUpLimit, options.WarmUp, cancellationToken);
        }

        for (var round = 0; round < options.Rounds; round++)
        {
            Say($"round {round + 1} of {options.Rounds}");
            foreach (var clients in options.Clients)
            {
                foreach (var server in Turn(round))
                {
                    _report.Add(new(Work.Refresh, clients, server.Candidate), await RefreshAsync(
                        server, chains[server], clients, options.Duration, int.MaxValue, cancellationToken));
                    if (options.Registrations)
                    {
                        _report.Add(new(Work.Registration, clients, server.Candidate), await RegisterAsync(server, clients, cancellationToken));
                    }
                }
            }
        }

        _servers.ForEach(server => _report.AddMemory(server.Candidate, server.ReadMemory()));
        Console.WriteLine(_report.Write());
        foreach (var server in _servers)
        {
            await server.StopAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers)
        {
            await server.DisposeAsync();
        }

        Directory.Delete(_directory, recursive: true);
    }

    private async Task MeasureStartsAsync(CancellationToken cancellationToken)
    {
        // What has to be read before the first answer matters from the second number on; the first stands for an empty directory.
        int[] sizes = [0, .. options.Tokens.Where(tokens => tokens >= 1_000)];
        foreach (var tokens in options.Starts > 0 ? sizes : [])
        {
            var servers = new List<ServerUnderLoad>();
            foreach (var name in options.Servers)
            {
                servers.Add(await PrepareAsync(Candidate.Create(name, tokens), cancellationToken));
            }

            Say($"starting with {tokens} tokens");
            for (var start = 0; start < options.Starts; start++)
            {
                foreach (var server in servers)
                {
                    if (tokens is 0)
                    {
                        Directory.Delete(server.StorageDirectory, recursive: true);
                        await Preparation.SeedAsync(server, cancellationToken);
                    }

                    _report.AddStart(server.Candidate, await server.StartAsync(cancellationToken));
                    await server.StopAsync();
                }
            }

            servers.ForEach(server => _servers.Remove(server));
        }
    }

    private async Task<ServerUnderLoad> PrepareAsync(Candidate candidate, CancellationToken cancellationToken)
    {
        var server = new ServerUnderLoad(candidate, Directory.CreateDirectory(
            Path.Combine(_directory, (++_prepared).ToString(CultureInfo.InvariantCulture) + candidate.Name + candidate.Tokens)).FullName);
        _servers.Add(server);
        Say($"{candidate}: preparing");
        await Preparation.SeedAsync(server, cancellationToken);
        return server;
    }

    // Each round another server begins, so that none always follows the same one.
    private IEnumerable<ServerUnderLoad> Turn(int round) => _servers.Skip(round % _servers.Count).Concat(_servers.Take(round % _servers.Count));

    private static Task<Measurement> RefreshAsync(
        ServerUnderLoad server, IReadOnlyList<Chain> chains, int clients, TimeSpan duration, int requests, CancellationToken cancellationToken)
        => Measurement.TakeAsync(
            server, [.. chains.Take(clients).Select(chain => (Action<LoadConnection>)chain.Refresh)],
            duration, requests, cancellationToken);

    private Task<Measurement> RegisterAsync(ServerUnderLoad server, int clients, CancellationToken cancellationToken)
        => Measurement.TakeAsync(
            server, [.. Enumerable.Repeat<Action<LoadConnection>>(Register, clients)],
            options.Duration, int.MaxValue, cancellationToken);

    private static void Register(LoadConnection connection)
    {
        var (status, body) = connection.Post(Yardsticks.YardstickRegistration.Path, "application/json", Preparation.Registration);
        if (status is not 201 || body.Span.IndexOf("client_id"u8) < 0)
        {
            throw new InvalidDataException($"That is no registration ({status}): {System.Text.Encoding.UTF8.GetString(body.Span)}");
        }
    }

    private static void Say(string text) => Console.Error.WriteLine(text);
}
