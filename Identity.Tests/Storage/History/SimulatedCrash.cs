namespace Identity.Tests.Storage.History;

/// <summary>Lets calls of one life fail at random, and ends it at one of them: by a kill, or by a loss of power.</summary>
internal sealed class SimulatedCrash(SimulatedDisk disk, HistoryLog log, Chance chance)
{
    private const int MaximumCalls = 300;

    private readonly Lock _lock = new();
    private readonly int _lastCall = chance.OneIn(5) ? chance.Below(30) : chance.Below(MaximumCalls);
    private readonly bool _isFaulty = !chance.OneIn(3);
    private int _failures;

    /// <summary>What the crash left on disk.</summary>
    public SimulatedDisk? Left { get; private set; }

    public Fault Decide(FileCall call)
    {
        lock (_lock)
        {
            if (Left is null && call.Number >= _lastCall)
            {
                // At one moment for the disk and for the clients: nobody hears of what comes later.
                log.Close(() => Left = chance.Below(3) switch
                {
                    0 => disk.AfterKill(),
                    1 => disk.AfterPowerLoss(null),
                    _ => disk.AfterPowerLoss(chance),
                });
            }

            if (Left is not null || !_isFaulty)
            {
                return Fault.None;
            }

            // A disk that fails often does so for a while.
            _failures = _failures > 0 ? _failures - 1 : chance.OneIn(30) ? 1 + chance.Below(6) : 0;
            var kinds = Injection.KindsOf(call.Name);
            return _failures > 0 ? kinds[chance.Below(kinds.Length)] : Fault.None;
        }
    }
}
