using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;

namespace Identity.Tests.Infrastructure;

/// <summary>
/// The built server as a process of its own, started in an empty directory, where it keeps its data unless told otherwise, and on a
/// port that stays the same over restarts.
/// </summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private const string ReadyLine = "Identity listens on ";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TemporaryDirectory _directory = new();
    private string[] _arguments;
    private readonly IReadOnlyDictionary<string, string> _environment;
    private ConsoleCommand? _process;

    private ServerProcess(string[] arguments, IReadOnlyDictionary<string, string>? environment)
        => (_arguments, _environment) = (arguments, environment ?? new Dictionary<string, string>());

    /// <summary>Where the server listens, such as <c>http://127.0.0.1:40123</c>; without an issuer this is the issuer, too.</summary>
    public Uri Address { get; private set; } = new("http://127.0.0.1:0");

    /// <summary>The storage directory.</summary>
    public string StorageDirectory => _directory.Path;

    /// <summary>The number of the current process.</summary>
    public int Id => _process!.Id;

    /// <summary>Everything the current process wrote to its standard output until now.</summary>
    public string Output => _process?.Output ?? "";

    /// <summary>Everything the current process wrote to its standard error until now.</summary>
    public string Errors => _process?.Errors ?? "";

    /// <summary>Starts a server in an empty directory and waits until it answers.</summary>
    /// <param name="arguments">Further arguments, such as <c>--Identity:Tokens:RefreshTokenLifetime=00:10:00</c>.</param>
    /// <returns>The server.</returns>
    public static Task<ServerProcess> StartAsync(params string[] arguments) => StartAsync(arguments, null);

    /// <summary>Starts a server in an empty directory, with environment variables, and waits until it answers.</summary>
    /// <param name="arguments">Further arguments.</param>
    /// <param name="environment">Environment variables.</param>
    /// <returns>The server.</returns>
    public static async Task<ServerProcess> StartAsync(string[] arguments, IReadOnlyDictionary<string, string>? environment)
    {
        var server = new ServerProcess(arguments, environment);
        try
        {
            await server.StartAgainAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs the program to its end, such as a command or a start that is refused.</summary>
    /// <param name="arguments">All its arguments.</param>
    /// <param name="input">What it reads from standard input.</param>
    /// <param name="environment">Environment variables.</param>
    /// <param name="launcher">A program, with its arguments, that starts it.</param>
    /// <returns>The exit code and what it wrote.</returns>
    public static async Task<(int ExitCode, string Output, string Errors)> RunAsync(
        string[] arguments, string? input = null, IReadOnlyDictionary<string, string>? environment = null, string[]? launcher = null)
    {
        using var process = new ConsoleCommand(arguments, environment ?? new Dictionary<string, string>(), input, launcher: launcher);
        var exitCode = await process.WaitForExitAsync(Patience);
        return (exitCode, process.Output, process.Errors);
    }

    /// <summary>Runs a command where the server runs, so that it means the same storage directory.</summary>
    /// <param name="arguments">The command.</param>
    /// <param name="input">What it reads from standard input.</param>
    /// <returns>The exit code and what it wrote.</returns>
    public async Task<(int ExitCode, string Output, string Errors)> RunCommandAsync(string[] arguments, string? input = null)
    {
        using var process = new ConsoleCommand(arguments, _environment, input, _directory.Parent);
        var exitCode = await process.WaitForExitAsync(Patience);
        return (exitCode, process.Output, process.Errors);
    }

    /// <summary>A client for the server's address that follows no redirects; with cookies of its own.</summary>
    /// <returns>The client; the caller disposes it.</returns>
    public HttpClient CreateClient() => new(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = Address };

    /// <summary>Waits for a line on the server's standard output.</summary>
    /// <param name="contains">Part of the line.</param>
    /// <returns>The first such line.</returns>
    public async Task<string> WaitForLineAsync(string contains) => await _process!.WaitForLineAsync(contains, Patience);

    /// <summary>Stops the server as a service manager would (SIGTERM) and waits for its end.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> StopAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", _process!.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        return await _process.WaitForExitAsync(Patience);
    }

    /// <summary>Ends the server without a warning (SIGKILL) and waits for its end.</summary>
    /// <returns>A task that completes when the process is gone.</returns>
    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync(Patience);
    }

    /// <summary>Starts the stopped or killed server again, in the same directory and on the same port.</summary>
    /// <param name="arguments">Further arguments from now on, in place of those from before; null: the same.</param>
    /// <returns>A task that completes when it answers.</returns>
    public async Task StartAgainAsync(string[]? arguments = null)
    {
        _arguments = arguments ?? _arguments;
        _process?.Dispose();
        _process = new ConsoleCommand(
            ["--urls", Address.GetLeftPart(UriPartial.Authority), "--Identity:RateLimits:Enabled=false", .. _arguments], _environment, workingDirectory: _directory.Parent);
        var line = await _process.WaitForLineAsync(ReadyLine, Patience);
        Address = new Uri(line[ReadyLine.Length..].Split(' ')[0]);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            _process.Kill();
            await _process.WaitForExitAsync(Patience);
            _process.Dispose();
        }

        _directory.Dispose();
    }

    /// <summary>A process whose output is captured line by line.</summary>
    private sealed class ConsoleCommand : IDisposable
    {
        private readonly Process _process;
        private readonly StringBuilder _output = new();
        private readonly StringBuilder _errors = new();
        private readonly ConcurrentDictionary<string, TaskCompletionSource<string>> _awaited = new();

        public ConsoleCommand(
            string[] arguments, IReadOnlyDictionary<string, string> environment, string? input = null, string? workingDirectory = null, string[]? launcher = null)
        {
            string[] command = [.. launcher ?? [], Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", ServerAssembly.Path, .. arguments];
            var start = new ProcessStartInfo(command[0])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                RedirectStandardInput = true,
                WorkingDirectory = workingDirectory ?? Path.GetTempPath(),
            };
            foreach (var argument in command[1..])
            {
                start.ArgumentList.Add(argument);
            }

            foreach (var name in start.Environment.Keys.Where(name =>
                name.StartsWith("OAUTH_", StringComparison.Ordinal) || name.StartsWith("ASPNETCORE_", StringComparison.Ordinal) || name.StartsWith("Identity__", StringComparison.Ordinal)).ToList())
            {
                start.Environment.Remove(name);
            }

            foreach (var (name, value) in environment)
            {
                start.Environment[name] = value;
            }

            _process = new Process { StartInfo = start };
            _process.OutputDataReceived += (_, line) => Note(_output, line.Data);
            _process.ErrorDataReceived += (_, line) => Note(_errors, line.Data);
            _process.Start();
            _process.BeginOutputReadLine();
            _process.BeginErrorReadLine();
            if (input is not null)
            {
                _process.StandardInput.Write(input);
            }

            _process.StandardInput.Close();
        }

        public int Id => _process.Id;

        public string Output => Read(_output);

        public string Errors => Read(_errors);

        public async Task<string> WaitForLineAsync(string contains, TimeSpan patience)
        {
            var awaited = _awaited.GetOrAdd(contains, _ => new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously));
            lock (_output)
            {
                if (_output.ToString().Split('\n').FirstOrDefault(line => line.Contains(contains, StringComparison.Ordinal)) is { } found)
                {
                    return found;
                }
            }

            using var timeout = new CancellationTokenSource(patience);
            var exit = _process.WaitForExitAsync(timeout.Token);
            if (await Task.WhenAny(awaited.Task, exit) == awaited.Task)
            {
                return await awaited.Task;
            }

            // The end of the process comes after its last line.
            return awaited.Task.IsCompletedSuccessfully
                ? await awaited.Task
                : throw new InvalidOperationException($"The server did not write '{contains}'.\n{Output}\n{Errors}");
        }

        public async Task<int> WaitForExitAsync(TimeSpan patience)
        {
            using var timeout = new CancellationTokenSource(patience);
            await _process.WaitForExitAsync(timeout.Token);
            return _process.ExitCode;
        }

        public void Kill() => _process.Kill();

        public void Dispose() => _process.Dispose();

        private void Note(StringBuilder target, string? line)
        {
            if (line is null)
            {
                return;
            }

            lock (target)
            {
                target.Append(line).Append('\n');
            }

            if (target == _output)
            {
                foreach (var (contains, awaited) in _awaited)
                {
                    if (line.Contains(contains, StringComparison.Ordinal))
                    {
                        awaited.TrySetResult(line);
                    }
                }
            }
        }

        private static string Read(StringBuilder source)
        {
            lock (source)
            {
                return source.ToString();
            }
        }
    }
}
