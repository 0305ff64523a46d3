using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Identity.Benchmarks.Yardsticks;

namespace Identity.Benchmarks.Load;

/// <summary>A server as a process of its own, in a directory of its own, with what the kernel says about it.</summary>
internal sealed class ServerUnderLoad : IAsyncDisposable
{
    private const double TicksPerSecond = 100;

    // The kernel's files about the process: fields of 'stat' behind the name, which may itself contain spaces.
    private const int UserTime = 11;
    private const int SystemTime = 12;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly StringBuilder _output = new();
    private Process? _process;

    public ServerUnderLoad(Candidate candidate, string directory)
    {
        (Candidate, Directory) = (candidate, directory);
        // Loopback, and as far as the system can tell free.
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        EndPoint = (IPEndPoint)probe.LocalEndpoint;
    }

    public Candidate Candidate { get; }

    public IPEndPoint EndPoint { get; }

    public Uri Address => new($"http://{EndPoint}");

    private string Directory { get; }

    /// <summary>Starts the process and waits for the first answer of its discovery endpoint.</summary>
    /// <returns>How long that took.</returns>
    public async Task<TimeSpan> StartAsync(CancellationToken cancellationToken)
    {
        var url = Address.GetLeftPart(UriPartial.Authority);
        var start = Candidate.CreateStart(Candidate.Program is not null
            ? ["--urls", url, $"--Identity:StorageDirectory={StorageDirectory}", "--Identity:RateLimits:Enabled=false"]
            : ["yardstick", Candidate.Name, "--url", url, "--directory", StorageDirectory, "--seed", Candidate.Name is YardstickCommand.Memory ? Text(Candidate.Tokens) : "0"]);
        (start.RedirectStandardInput, start.RedirectStandardOutput, start.RedirectStandardError) = (true, true, true);
        start.WorkingDirectory = Directory;
        var watch = Stopwatch.StartNew();
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => Note(line.Data);
        _process.ErrorDataReceived += (_, line) => Note(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();

        using var http = new HttpClient { BaseAddress = Address };
        while (true)
        {
            try
            {
                using var response = await http.GetAsync(".well-known/openid-configuration", cancellationToken);
                response.EnsureSuccessStatusCode();
                return watch.Elapsed;
            }
            catch (Exception exception) when (exception is HttpRequestException { StatusCode: null } or SocketException)
            {
                if (_process.HasExited || watch.Elapsed > Patience)
                {
                    throw new InvalidOperationException($"{Candidate.Name} does not answer: {_output}", exception);
                }

                // How soon the port answers is what is measured, and yardsticks that are not ours have no other way of saying so.
                await Task.Delay(2, cancellationToken);
            }
        }
    }

    /// <summary>Stops it cleanly.</summary>
    public async Task StopAsync()
    {
        if (_process is null)
        {
            return;
        }

        if (!_process.HasExited)
        {
            _process.StandardInput.Close();
            using var kill = Process.Start("kill", ["-TERM", Text(_process.Id)]);
            using var timeout = new CancellationTokenSource(Patience);
            await _process.WaitForExitAsync(timeout.Token);
        }

        _process.Dispose();
        _process = null;
    }

    /// <summary>Its files, which the yardsticks share a folder with.</summary>
    public string StorageDirectory => Path.Combine(Directory, "data");

    /// <summary>CPU time used, and bytes written to files, since the process started.</summary>
    public (double CpuSeconds, long WrittenBytes) ReadUse()
    {
        var stat = File.ReadAllText(FileOf("stat"));
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        var ticks = long.Parse(fields[UserTime], CultureInfo.InvariantCulture) + long.Parse(fields[SystemTime], CultureInfo.InvariantCulture);

        // Not 'write_bytes': that counts whole pages of the cache, which are as large as the kernel likes them, whatever of them is written.
        return (ticks / TicksPerSecond, ReadNumber("io", "wchar:"));
    }

    /// <summary>Memory that it takes, in bytes.</summary>
    public long ReadMemory() => ReadNumber("status", "VmRSS:") * 1_024;

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process?.Dispose();
    }

    private long ReadNumber(string file, string name)
    {
        var line = File.ReadLines(FileOf(file)).First(line => line.StartsWith(name, StringComparison.Ordinal));
        return long.Parse(line[name.Length..].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture);
    }

    private string FileOf(string name) => Path.Combine("/proc", Text(_process!.Id), name);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private void Note(string? line)
    {
        lock (_output)
        {
            if (_output.Length < 4_096)
            {
                _output.AppendLine(line);
            }
        }
    }
}
