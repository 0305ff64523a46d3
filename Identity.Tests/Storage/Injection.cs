namespace Identity.Tests.Storage;

/// <summary>One fault at one call of an operation, once or from then on.</summary>
internal sealed class Injection(int number, int kind, bool lasts)
{
    private readonly Lock _lock = new();

    /// <summary>The call that failed; null where the operation made fewer.</summary>
    public FileCall? Call { get; private set; }

    /// <summary>Whether everything fails until <see cref="End"/>.</summary>
    public bool Lasts => lasts;

    /// <summary>Called in the middle of the operation, before its call fails.</summary>
    public Action Failing { get; set; } = () => { };

    /// <summary>Runs an operation with every fault at each of its calls in turn.</summary>
    /// <param name="run">Prepares, begins the injection, runs the operation and checks.</param>
    /// <returns>How many calls the operation makes.</returns>
    public static async Task<int> ForEachAsync(Func<Injection, Task> run)
    {
        for (var number = 0; ; number++)
        {
            for (var (kind, kinds) = (0, 1); kind < kinds; kind++)
            {
                foreach (var lasts in (bool[])[false, true])
                {
                    var injection = new Injection(number, kind, lasts);
                    await run(injection);
                    if (injection.Call is not { } call)
                    {
                        return number;
                    }

                    kinds = KindsOf(call.Name).Length;
                }
            }
        }
    }

    /// <summary>Counts calls from here on.</summary>
    public void Begin(FaultyFileSystem files)
    {
        files.Reset();
        files.DecideCall = Decide;
    }

    public static void End(FaultyFileSystem files) => files.DecideCall = _ => Fault.None;

    public override string ToString() => Call is null
        ? $"no fault in {number} calls"
        : $"call {number}, {Call.Name} of '{Path.GetFileName(Call.Path)}': {KindsOf(Call.Name)[kind]}{(lasts ? ", and all after it" : "")}";

    private Fault Decide(FileCall call)
    {
        lock (_lock)
        {
            if (Call is not null)
            {
                return !lasts ? Fault.None : KindsOf(call.Name) is var kinds && kind < kinds.Length ? kinds[kind] : Fault.Before;
            }

            if (call.Number != number)
            {
                return Fault.None;
            }

            Call = call;
        }

        Failing();
        return KindsOf(call.Name)[kind];
    }

    /// <summary>The ways in which a call can fail.</summary>
    public static Fault[] KindsOf(string call) => call switch
    {
        "Write" => [Fault.Before, Fault.Full, Fault.After, Fault.Denied],
        "Flush" => [Fault.Before, Fault.Dropped, Fault.Forgotten, Fault.After],
        "CreateFile" or "CreateFolder" => [Fault.Before, Fault.Full, Fault.After, Fault.Denied],
        "Rename" or "Delete" or "FlushFolder" or "OpenFile" or "TryLock" or "SetMode" => [Fault.Before, Fault.After, Fault.Denied],
        _ => [Fault.Before, Fault.Denied],
    };
}
