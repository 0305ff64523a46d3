using System.Diagnostics;
namespace Identity.Benchmarks.Load;

/// <summary>What a run of the load program measures.</summary>
internal sealed record LoadOptions
{
    /// <summary>The servers, by name; see <see cref="Candidate"/>.</summary>
    public required IReadOnlyList<string> Servers { get; init; }

    /// <summary>How many refresh tokens are there before each server starts; each number makes a server of its own.</summary>
    public required IReadOnlyList<int> Tokens { get; init; }

    /// <summary>How many clients ask at once.</summary>
    public required IReadOnlyList<int> Clients { get; init; }

    /// <summary>How often everything is measured, the servers taking turns.</summary>
    public required int Rounds { get; init; }

    /// <summary>How long each measurement takes.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>Refresh grants asked of each server before anything is measured.</summary>
    public required int WarmUp { get; init; }

    /// <summary>At most so long, for each server: the slowest would otherwise take minutes.</summary>
    public required TimeSpan WarmUpLimit { get; init; }

    /// <summary>How often each server is started to see how long that takes.</summary>
    public required int Starts { get; init; }

    /// <summary>Whether registrations are measured, too.</summary>
    public required bool Registrations { get; init; }

    /// <summary>The scopes that are asked for. With <c>openid</c> each answer also has an ID token.</summary>
    public required string Scope { get; init; }

    /// <summary>Where the servers keep their files; on the disk that is to be measured.</summary>
    public required string Directory { get; init; }
}

/// <summary>One server in a run.</summary>
/// <param name="Name">
/// <c>identity</c>: this repository's server, as it was built with this program; <c>NAME=FILE</c>: another build of it, to compare a
/// change with what was before; <c>sqlite</c>, <c>memory</c>: the yardsticks.
/// </param>
/// <param name="Program">The server's program, or null for a yardstick.</param>
/// <param name="Tokens">Refresh tokens that are there before it starts.</param>
internal sealed record Candidate(string Name, string? Program, int Tokens)
{
    /// <inheritdoc />
    public override string ToString() => $"{Name} with {Tokens} tokens";

    /// <summary>The name of this repository's server.</summary>
    public const string Identity = "identity";

    /// <summary>The names of the kinds, as the report has them.</summary>
    /// <param name="server">One of the servers of the options.</param>
    /// <param name="tokens">Refresh tokens.</param>
    /// <returns>The candidate.</returns>
    public static Candidate Create(string server, int tokens) => server.Split('=', 2) switch
    {
        [Identity] => new(Identity, Path.Combine(
            AppContext.BaseDirectory.Replace("Identity.Benchmarks", "Identity.Server", StringComparison.Ordinal), "Identity.Server.dll"), tokens),
        [var name, var file] => new(name, Path.GetFullPath(file), tokens),
        _ => new(server, null, tokens),
    };

    /// <summary>How it is started: by the host that runs this program or, where it brings its own along, by itself.</summary>
    /// <param name="arguments">What it is told.</param>
    /// <returns>How to start the process.</returns>
    public ProcessStartInfo CreateStart(params IEnumerable<string> arguments)
    {
        var program = Program ?? typeof(Candidate).Assembly.Location;
        return program.EndsWith(".dll", StringComparison.Ordinal)
            ? new(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [program, .. arguments])
            : new(program, arguments);
    }
}
