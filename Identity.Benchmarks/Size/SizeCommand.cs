using System.CommandLine;

namespace Identity.Benchmarks.Size;

/// <summary>The command <c>size</c>: what a directory takes to load and to hold, and for how long its background work stops requests.</summary>
internal static class SizeCommand
{
    public static Command Create()
    {
        var tokens = new Option<int>("--tokens") { Description = "Refresh tokens", DefaultValueFactory = _ => 1_000_000 };
        var requests = new Option<int>("--requests") { Description = "Abandoned pushed requests and codes, 0 for none", DefaultValueFactory = _ => 1_000_000 };
        var rounds = new Option<int>("--rounds") { Description = "How often each is measured", DefaultValueFactory = _ => 3 };
        var directory = new Option<string>("--directory") { Description = "Where the files are for the time being", DefaultValueFactory = _ => Path.GetTempPath() };
        var command = new Command("size", "Measure what refresh tokens take to load and to hold, each time in a new process.")
        {
            tokens, requests, rounds, directory,
        };
        command.SetAction(async (result, cancellationToken) =>
        {
            await using var run = new SizeRun(result.GetRequiredValue(directory));
            await run.ExecuteAsync(result.GetValue(tokens), result.GetValue(requests), result.GetValue(rounds), cancellationToken);
            return 0;
        });

        var part = new Argument<string>("PART");
        part.AcceptOnlyFromAmong(SizePart.Names);
        var path = new Argument<string>("DIRECTORY");
        var count = new Argument<int>("COUNT");
        var once = new Command("part", "One measurement, in this process.") { part, path, count };
        once.Hidden = true;
        once.SetAction((result, cancellationToken) => SizePart.RunAsync(
            result.GetRequiredValue(part), result.GetRequiredValue(path), result.GetValue(count), cancellationToken));
        command.Add(once);
        return command;
    }
}
