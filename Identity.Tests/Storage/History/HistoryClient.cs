using System.Globalization;
using Identity.Stores.FileSystem.Storage;

namespace Identity.Tests.Storage.History;

/// <summary>A client that reads and writes registers, entries that live in one of two collections and now and then move to the other.</summary>
internal sealed class HistoryClient(StorageDirectory storage, HistoryLog log, Chance chance)
{
    public const int Registers = 10;

    public static readonly CollectionDefinition<Note> Left = new("left") { Json = NoteJson.Default.Note };
    public static readonly CollectionDefinition<Note> Right = new("right") { Json = NoteJson.Default.Note, Indexes = [Note.ByTitle] };

    private readonly Collection<Note> _left = storage.GetCollection(Left);
    private readonly Collection<Note> _right = storage.GetCollection(Right);

    /// <summary>Creates the registers, unless an earlier life has.</summary>
    public static async Task CreateRegistersAsync(StorageDirectory storage)
    {
        var (left, right) = (storage.GetCollection(Left), storage.GetCollection(Right));
        if (left.Count + right.Count is 0)
        {
            using var unit = storage.BeginUnitOfWork();
            for (var number = 0; number < Registers; number++)
            {
                await (number % 2 is 0 ? left : right).AddAsync(new Note { Id = NameOf(number), Text = "0" });
            }

            await unit.CommitAsync();
        }
    }

    /// <summary>What the registers hold, at one moment: to be asked while nobody writes.</summary>
    public static IReadOnlyList<HistoryRead> Observe(StorageDirectory storage)
        => [.. storage.GetCollection(Left).List().Concat(storage.GetCollection(Right).List()).Select(note => ReadOf(note, moment: 0))];

    /// <summary>Runs units of work, one after another, until the log is closed.</summary>
    public async Task RunAsync()
    {
        await Task.Yield();
        while (!log.IsClosed)
        {
            await (chance.OneIn(3) ? ReadAsync() : ChangeAsync());
        }
    }

    private async Task ReadAsync()
    {
        var seen = log.Told;
        using var unit = storage.BeginUnitOfWork();
        List<HistoryRead> reads = [];
        if (chance.OneIn(2))
        {
            // One collection is read at one moment, the other at the next.
            reads.AddRange(_right.List().Select(note => ReadOf(note, moment: 0)));
            reads.AddRange(_left.List().Select(note => ReadOf(note, moment: 1)));
        }
        else
        {
            for (var moment = 0; moment < 3; moment++)
            {
                reads.AddRange(Find(chance.Below(Registers)) is var (_, note) ? [ReadOf(note, moment)] : []);
            }
        }

        await CommitAsync(unit, new HistoryUnit(log.NextId(), seen, reads, []));
    }

    private async Task ChangeAsync()
    {
        var seen = log.Told;
        var id = log.NextId();
        using var unit = storage.BeginUnitOfWork();
        List<HistoryRead> reads = [];
        List<string> writes = [];
        var (first, count) = (chance.Below(Registers), 1 + chance.Below(4));
        try
        {
            for (var moment = 0; moment < count; moment++)
            {
                if (Find((first + (moment * 3)) % Registers) is var (home, note) && !writes.Contains(note.Id))
                {
                    reads.Add(ReadOf(note, moment));
                    if (moment is 0 || !chance.OneIn(3))
                    {
                        await WriteAsync(home, note, id);
                        writes.Add(note.Id);
                    }
                }
            }
        }
        catch (Exception exception) when (exception is ConcurrencyConflictException or DuplicateKeyException)
        {
            // Somebody else was first; nobody was told of anything.
            return;
        }

        await CommitAsync(unit, new HistoryUnit(id, seen, reads, writes));
    }

    private async Task WriteAsync(Collection<Note> home, Note note, int id)
    {
        var changed = new Note { Id = note.Id, Version = note.Version, Text = $"{id}", Title = $"{id} {note.Id}", Owner = new string('x', chance.Below(20) is 0 ? 10_000 : chance.Below(200)) };
        if (chance.OneIn(4))
        {
            await home.RemoveAsync(note);
            await (home == _left ? _right : _left).AddAsync(changed);
        }
        else
        {
            await home.UpdateAsync(changed);
        }
    }

    private async Task CommitAsync(UnitOfWork work, HistoryUnit unit)
    {
        log.Intend(unit);
        try
        {
            await work.CommitAsync();
            log.Tell(unit, HistoryOutcome.Done);
        }
        catch (StorageException)
        {
            log.Tell(unit, HistoryOutcome.Failed);
        }
        catch (ObjectDisposedException)
        {
            // The directory was closed: the log is, too.
        }
    }

    /// <summary>Where a register is; nowhere, if it moved while it was looked for.</summary>
    private (Collection<Note> Home, Note Note)? Find(int number)
        => _left.Find(NameOf(number)) is { } left ? (_left, left) : _right.Find(NameOf(number)) is { } right ? (_right, right) : null;

    private static HistoryRead ReadOf(Note note, int moment) => new(note.Id, int.Parse(note.Text!, CultureInfo.InvariantCulture), note.Version, moment);

    private static string NameOf(int number) => $"r{number}";
}
