using System.Globalization;
using System.Security.Cryptography;

namespace Identity.Tests.Storage;

/// <summary>Random choices that a seed repeats (SplitMix64). For one thread at a time; others get one of their own by <see cref="For"/>.</summary>
internal sealed class Chance
{
    private readonly ulong _seed;
    private ulong _state;

    public Chance(ulong seed) => _seed = _state = seed;

    /// <summary>What was asked for in the environment variable SEED, or a new one; the test says which, so that it can be repeated.</summary>
    public static ulong ChooseSeed()
    {
        if (!ulong.TryParse(Environment.GetEnvironmentVariable("SEED"), CultureInfo.InvariantCulture, out var seed))
        {
            seed = BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(sizeof(uint)));
        }

        TestContext.Out.WriteLine($"SEED={seed}");
        return seed;
    }

    public Chance For(int number) => new(_seed ^ ((ulong)(number + 1) * 0xD1B5_4A32_D192_ED03));

    public int Below(int count) => (int)(Next() % (uint)count);

    public bool OneIn(int count) => Below(count) is 0;

    public ulong Next()
    {
        _state += 0x9E37_79B9_7F4A_7C15;
        var mixed = (_state ^ (_state >> 30)) * 0xBF58_476D_1CE4_E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D0_49BB_1331_11EB;
        return mixed ^ (mixed >> 31);
    }
}
