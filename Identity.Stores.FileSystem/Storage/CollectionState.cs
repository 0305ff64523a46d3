using System.Buffers;
using System.Diagnostics;
using System.Text.Json;

namespace Identity.Stores.FileSystem.Storage;

/// <summary>
/// What a collection holds: entities by identifier, with their indexes. Every member is called under the lock of the
/// <see cref="CommitQueue"/>; instances in it are never changed, only replaced.
/// </summary>
internal abstract class CollectionState(CollectionDefinition definition)
{
    public CollectionDefinition Definition => definition;

    public string Name => definition.Name;

    public string FileName => definition.FileName;

    public abstract bool IsDurable { get; }

    public abstract int Count { get; }

    /// <summary>The sequence number of the last change, and of the state that the file on disk holds.</summary>
    public long ChangedAt { get; set; }

    public long SnapshotAt { get; set; }

    /// <summary>Which unit of work is writing an entity: the first one wins, a second is told at once.</summary>
    public Dictionary<string, UnitOfWork> Writers { get; } = new(StringComparer.Ordinal);

    /// <summary>Keys of unique indexes that uncommitted writes have taken.</summary>
    public Dictionary<(object Index, string Key), (UnitOfWork Unit, string Id)> ReservedKeys { get; } = [];

    public abstract Entity? Get(string id);

    public abstract void Set(string id, Entity? entity);

    public abstract void Serialize(Utf8JsonWriter writer, Entity entity);

    /// <summary>An entity as it stands in the files, but for its checksum.</summary>
    public byte[] ToJson(Entity entity)
    {
        var output = new ArrayBufferWriter<byte>(1_024);
        using (var writer = new Utf8JsonWriter(output, JournalPayload.WriterOptions))
        {
            Serialize(writer, entity);
        }

        return output.WrittenSpan.ToArray();
    }

    public abstract Entity Deserialize(ReadOnlySpan<byte> json);

    /// <summary>Reads an entity that a person wrote: a member that is not known, at whatever depth, is a mistake.</summary>
    public abstract Entity DeserializeStrictly(ReadOnlySpan<byte> json);

    /// <summary>Begins to fill the collection, which nobody uses yet, from a file.</summary>
    /// <param name="total">How many entities there will be.</param>
    public abstract CollectionLoad BeginLoad(int total);

    /// <summary>Whether there is an entity under a key of an index, or with an identifier where the index is null.</summary>
    public abstract bool Contains(string? index, string key);

    /// <summary>Makes of what was read in an older format what the present one keeps.</summary>
    public abstract void Upgrade(int format);

    /// <summary>What it holds, to be gone through before anything changes.</summary>
    public abstract IEnumerable<Entity> All { get; }

    /// <summary>What it holds now, to be kept.</summary>
    public abstract Entity[] Capture();

    /// <summary>Which of the entities have expired. May be called without the lock for what was captured.</summary>
    public abstract List<Entity> FindExpired(IEnumerable<Entity> entities, DateTimeOffset now);

    /// <summary>Removes those that are still there as they were found and that nobody is writing.</summary>
    /// <returns>How many those were.</returns>
    public abstract int Drop(IEnumerable<Entity> entities);

    /// <summary>Makes room in a collection that is in memory only, after something was added: what has expired goes, and what is beyond the bound.</summary>
    /// <param name="added">What was added.</param>
    /// <param name="now">The time.</param>
    /// <param name="removed">Told what went although it had not expired.</param>
    public abstract void Trim(Entity added, DateTimeOffset now, Action<Entity> removed);

    public abstract void ReserveKeys(UnitOfWork unit, string id, Entity entity);

    /// <summary>
    /// Asks for everything about an entity that is asked when it is put in and taken out, all of it the host's code: if that throws it must
    /// be before anything has changed.
    /// </summary>
    public abstract void Probe(Entity entity);
}

internal sealed class CollectionState<T>(CollectionDefinition<T> definition) : CollectionState(definition)
    where T : Entity
{
    private const int MinimumRoom = 1_024;

    private readonly Dictionary<string, T> _entities = new(StringComparer.Ordinal);
    private readonly Dictionary<CollectionIndex<T>, IndexState<T>> _indexes =
        definition.Indexes.ToDictionary(index => index, IndexState<T>.Create);

    private readonly ExpiryQueue<T>? _expiry =
        definition is { Json: null, ExpiresAt: { } expiresAt } ? new ExpiryQueue<T>(expiresAt) : null;

    // The number of entities that there is room for, or was at some time since room was last given back.
    private int _room = MinimumRoom;

    private readonly OwnerQueues<T>? _owners = definition.Bound is { } bound ? new OwnerQueues<T>(bound) : null;

    public override bool IsDurable => definition.Json is not null;

    public override int Count => _entities.Count;

    public Dictionary<string, T>.ValueCollection Entities => _entities.Values;

    public override IEnumerable<Entity> All => _entities.Values;

    public override T? Get(string id) => _entities.GetValueOrDefault(id);

    public IndexState<T> Index(CollectionIndex<T> index) => _indexes.TryGetValue(index, out var state)
        ? state
        : throw new ArgumentException($"'{Name}' has no index '{index.Name}'.", nameof(index));

    public override void Set(string id, Entity? entity)
    {
        var previous = _entities.GetValueOrDefault(id);
        var next = (T?)entity;
        foreach (var index in _indexes.Values)
        {
            index.Replace(id, previous, next);
        }

        _owners?.Replace(id, previous, next);
        if (next is null)
        {
            _entities.Remove(id);
            GiveBackRoom();
        }
        else
        {
            _entities[id] = next;
            _room = Math.Max(_room, _entities.Count);
            _expiry?.Add(next, _entities);
        }
    }

    public override CollectionLoad BeginLoad(int total)
    {
        _room = Math.Max(_room, total);
        return new CollectionLoad<T>(definition, _entities, _indexes, total);
    }

    public override void Serialize(Utf8JsonWriter writer, Entity entity)
        => JsonSerializer.Serialize(writer, (T)entity, definition.Json ?? throw new UnreachableException());

    public override Entity Deserialize(ReadOnlySpan<byte> json) => definition.TryRead?.Invoke(json, default) ?? definition.Deserialize(json);

    public override Entity DeserializeStrictly(ReadOnlySpan<byte> json) => definition.DeserializeStrictly(json);

    public override bool Contains(string? index, string key)
        => index is null ? _entities.ContainsKey(key) : Index(IndexNamed(index)).Ids(key).Count > 0;

    public override void Upgrade(int format)
    {
        foreach (var entity in definition.Upgrade is null ? [] : Capture())
        {
            var upgraded = entity.Copy();
            definition.Upgrade!((T)upgraded, format);
            Set(entity.Id, upgraded);
        }
    }

    public override Entity[] Capture()
    {
        var entities = new Entity[_entities.Count];
        var position = 0;
        foreach (var entity in _entities.Values)
        {
            entities[position++] = entity;
        }

        return entities;
    }

    public override List<Entity> FindExpired(IEnumerable<Entity> entities, DateTimeOffset now)
        => definition.ExpiresAt is { } expiresAt ? [.. entities.Where(entity => expiresAt((T)entity) < now)] : [];

    public override int Drop(IEnumerable<Entity> entities)
    {
        var count = 0;
        foreach (var entity in entities)
        {
            if (ReferenceEquals(Get(entity.Id), entity) && !Writers.ContainsKey(entity.Id))
            {
                Set(entity.Id, null);
                count++;
            }
        }

        return count;
    }

    public override void Trim(Entity added, DateTimeOffset now, Action<Entity> removed)
    {
        while (_expiry?.NextExpired(now, _entities) is { } id)
        {
            Set(id, null);
        }

        while (_owners?.NextBeyondBound((T)added) is { } id)
        {
            removed(_entities[id]);
            Set(id, null);
        }
    }

    public override void ReserveKeys(UnitOfWork unit, string id, Entity entity)
    {
        // Under the same keys as before nobody else can have come: what is being written here nobody else is writing.
        var current = unit.TryGetWrite(this, id, out _) ? null : Get(id);
        foreach (var index in definition.Indexes)
        {
            if (!index.IsUnique || (current is not null && index.SameKeys(current, (T)entity)))
            {
                continue;
            }

            foreach (var key in index.KeysOf((T)entity))
            {
                if (Index(index).Ids(key).Any(other => other != id && !unit.Replaces(this, other, value => index.Matches((T)value, key))) ||
                    (ReservedKeys.TryGetValue((index, key), out var holder) && (holder.Unit != unit || holder.Id != id) &&
                     holder.Unit.Writes(this, holder.Id, value => index.Matches((T)value, key))))
                {
                    throw new DuplicateKeyException(Name, index.Name);
                }

                ReservedKeys[(index, key)] = (unit, id);
                unit.Reserved.Add((this, index, key));
            }
        }
    }

    public override void Probe(Entity entity)
    {
        foreach (var index in definition.Indexes)
        {
            index.Probe((T)entity);
        }

        definition.ExpiresAt?.Invoke((T)entity);
        definition.Bound?.Owner((T)entity);
    }

    /// <summary>
    /// A collection that was flooded once is not to keep the room for it, nor to look for it each time: it is given back when three
    /// quarters of the entities have gone.
    /// </summary>
    private void GiveBackRoom()
    {
        if (_entities.Count >= _room / 4)
        {
            return;
        }

        _room = Math.Max(_entities.Count, MinimumRoom);
        _entities.TrimExcess();
        _expiry?.TrimExcess(_entities);
        _owners?.TrimExcess();
        foreach (var index in _indexes.Values)
        {
            index.Resize(_entities.Count);
        }
    }

    private CollectionIndex<T> IndexNamed(string name) => definition.Indexes.FirstOrDefault(index => index.Name == name)
        ?? throw new InvalidOperationException($"A reference names the index '{name}', which '{Name}' does not have.");
}
