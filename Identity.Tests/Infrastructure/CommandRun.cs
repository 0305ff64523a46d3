using Identity.Server.Administration;

namespace Identity.Tests.Infrastructure;

/// <summary>
/// The program's commands in this process, which spares compiling all of it anew for each: what a command reads and writes on the console is
/// its own, whatever runs beside it. How the process itself begins and ends is for <see cref="ServerProcess"/> to try.
/// </summary>
internal static class CommandRun
{
    private static readonly AsyncLocal<Streams?> Current = new();
    private static readonly Lazy<bool> Console = new(Redirect);

    /// <summary>Runs a command to its end.</summary>
    /// <param name="arguments">All its arguments.</param>
    /// <param name="input">What it reads from standard input.</param>
    /// <returns>The exit code and what it wrote.</returns>
    public static async Task<(int ExitCode, string Output, string Errors)> RunAsync(string[] arguments, string input = "")
    {
        _ = Console.Value;
        var streams = new Streams(new StringReader(input), new StringWriter(), new StringWriter());
        Current.Value = streams;
        var exitCode = await CommandLine.RunAsync(arguments);
        return (exitCode, streams.Output.ToString()!, streams.Errors.ToString()!);
    }

    private static bool Redirect()
    {
        System.Console.SetIn(new Reader(System.Console.In));
        System.Console.SetOut(new Writer(System.Console.Out, streams => streams.Output));
        System.Console.SetError(new Writer(System.Console.Error, streams => streams.Errors));
        return true;
    }

    private sealed record Streams(TextReader Input, TextWriter Output, TextWriter Errors);

    private sealed class Reader(TextReader other) : TextReader
    {
        private TextReader Target => Current.Value?.Input ?? other;

        public override int Peek() => Target.Peek();

        public override int Read() => Target.Read();

        public override ValueTask<string?> ReadLineAsync(CancellationToken cancellationToken) => Target.ReadLineAsync(cancellationToken);
    }

    private sealed class Writer(TextWriter other, Func<Streams, TextWriter> find) : TextWriter
    {
        public override System.Text.Encoding Encoding => other.Encoding;

        private TextWriter Target => Current.Value is { } streams ? find(streams) : other;

        public override void Write(char value)
        {
            lock (Target)
            {
                Target.Write(value);
            }
        }

        public override void Write(string? value)
        {
            lock (Target)
            {
                Target.Write(value);
            }
        }

        public override void Write(char[] buffer, int index, int count) => Write(new string(buffer, index, count));
    }
}
