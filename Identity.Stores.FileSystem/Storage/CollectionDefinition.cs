using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Identity.Stores.FileSystem.Storage;

/// <summary>Names a collection of a <see cref="StorageDirectory"/> and says how it is kept.</summary>
public abstract class CollectionDefinition
{
    private protected CollectionDefinition(string name) => Name = name;

    /// <summary>The name of the collection and, with <c>.json</c> behind it, of its file.</summary>
    public string Name { get; }

    internal string FileName => Name + ".json";

    internal abstract CollectionState CreateState();

    /// <summary>The names that an entity's members have as JSON.</summary>
    internal abstract IReadOnlySet<string> MemberNames { get; }

    /// <summary>Those among them whose values are any JSON, kept as it stands, null in it included.</summary>
    internal abstract IReadOnlySet<string> JsonMembers { get; }

    /// <summary>Finds what no unit of work would have let in: entities that share a key of a unique index.</summary>
    internal abstract IEnumerable<(Entity Entity, Entity Other, string Index)> FindDuplicates(CollectionState state);

    /// <summary>Finds references that lead nowhere, among those whose collections there are.</summary>
    internal abstract IEnumerable<(Entity Entity, string Reference, string Key)> FindDangling(
        CollectionState state, IReadOnlyDictionary<string, CollectionState> states);

    /// <summary>The order of entries in the file, the same one whenever it is written.</summary>
    internal abstract Comparison<Entity> Order { get; }

    internal abstract object CreateCollection(StorageDirectory directory, CollectionState state);
}

/// <summary>Names a collection of <typeparamref name="T"/> and says how it is kept.</summary>
/// <typeparam name="T">The entity.</typeparam>
public sealed class CollectionDefinition<T> : CollectionDefinition
    where T : Entity
{
    /// <summary>Names a collection.</summary>
    /// <param name="name">Lower-case letters, digits and underscores, starting with a letter.</param>
    /// <exception cref="ArgumentException">The name has other characters.</exception>
    public CollectionDefinition(string name) : base(name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (FileName is Manifest.FileName or DirectoryReplacement.PlanName)
        {
            throw new ArgumentException($"'{FileName}' is the engine's own file: give the collection another name.", nameof(name));
        }

        // The name becomes a file name: nothing in it may lead out of the directory or clash with the manifest's dots.
        if (!char.IsAsciiLetterLower(name[0]) || !name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '_'))
        {
            throw new ArgumentException($"'{name}' cannot name a collection: use lower-case letters, digits and underscores.", nameof(name));
        }
    }

    /// <summary>How an entity is written as JSON; <see langword="null"/> keeps the collection in memory only.</summary>
    public JsonTypeInfo<T>? Json { get; init; }

    /// <summary>The secondary indexes, by which entities are found other than by identifier.</summary>
    public ImmutableArray<CollectionIndex<T>> Indexes { get; init; } = [];

    /// <summary>What an entity refers to in other collections, for <see cref="StorageMaintenance.Verify"/> to check.</summary>
    public ImmutableArray<CollectionReference<T>> References { get; init; } = [];

    /// <summary>
    /// When an entity expires. Expired entries are dropped when the directory is opened, with each snapshot and, in a
    /// collection that is in memory only, as time passes.
    /// </summary>
    public Func<T, DateTimeOffset?>? ExpiresAt { get; init; }

    /// <summary>What a collection in memory holds at most.</summary>
    public CollectionBound<T>? Bound { get; init; }

    /// <summary>Makes of an entity that was kept in an older format, which is given, what the present one keeps.</summary>
    internal Action<T, int>? Upgrade { get; init; }

    /// <summary>A faster way to read an entity that was written by <see cref="Json"/>; it returns null where only that can.</summary>
    internal EntryReader<T>? TryRead { get; init; }

    /// <summary>
    /// What entries have in common that stand together in the file, one key each; they stand by their identifiers where it is null. So a
    /// person finds together what belongs together, and so does the processor that reads it: keys that were just looked up are near.
    /// </summary>
    internal CollectionIndex<T>? Together { get; init; }

    internal override Comparison<Entity> Order => Together is { SingleKey: { } keyOf }
        ? (left, right) => string.CompareOrdinal(keyOf((T)left), keyOf((T)right)) is not 0 and var order ? order : string.CompareOrdinal(left.Id, right.Id)
        : static (left, right) => string.CompareOrdinal(left.Id, right.Id);

    /// <exception cref="JsonException">It is no such entity.</exception>
    internal T Deserialize(ReadOnlySpan<byte> json)
        => JsonSerializer.Deserialize(json, Json ?? throw new UnreachableException()) ?? throw new JsonException("An entry is null.");

    /// <exception cref="JsonException">It is no such entity, or has a member that is not known.</exception>
    internal T DeserializeStrictly(ReadOnlySpan<byte> json)
        => JsonSerializer.Deserialize(json, StrictJson) ?? throw new JsonException("An entry is null.");

    // One that was made without a resolver knows no other options.
    private JsonTypeInfo<T> StrictJson => field ??= Json?.Options is { TypeInfoResolver: not null } options
        ? (JsonTypeInfo<T>)new JsonSerializerOptions(options) { UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow }.GetTypeInfo(typeof(T))
        : Json ?? throw new UnreachableException();

    internal override IReadOnlySet<string> MemberNames => NamesWhere(static property => property.Set is not null);

    internal override IReadOnlySet<string> JsonMembers => NamesWhere(static property => property.CustomConverter is IJsonValueConverter ||
        property.PropertyType == typeof(JsonElement) || property.PropertyType.GenericTypeArguments.Contains(typeof(JsonElement)));

    private HashSet<string> NamesWhere(Func<JsonPropertyInfo, bool> predicate)
        => Json?.Properties.Where(predicate).Select(property => property.Name).ToHashSet(StringComparer.Ordinal) ?? [];

    internal override CollectionState CreateState() => new CollectionState<T>(this);

    internal override object CreateCollection(StorageDirectory directory, CollectionState state)
        => new Collection<T>(directory, (CollectionState<T>)state);

    internal override IEnumerable<(Entity Entity, Entity Other, string Index)> FindDuplicates(CollectionState state)
    {
        foreach (var index in Indexes.Where(index => index.IsUnique))
        {
            foreach (var entity in ((CollectionState<T>)state).Entities.OrderBy(entity => entity.Id, StringComparer.Ordinal))
            {
                foreach (var other in index.KeysOf(entity).SelectMany(key => ((CollectionState<T>)state).Index(index).Ids(key)))
                {
                    if (string.CompareOrdinal(entity.Id, other) < 0)
                    {
                        yield return (entity, state.Get(other)!, index.Name);
                    }
                }
            }
        }
    }

    internal override IEnumerable<(Entity Entity, string Reference, string Key)> FindDangling(
        CollectionState state, IReadOnlyDictionary<string, CollectionState> states)
    {
        foreach (var reference in References)
        {
            if (!states.TryGetValue(reference.Collection, out var target) || !target.IsDurable)
            {
                continue;
            }

            foreach (var entity in ((CollectionState<T>)state).Entities)
            {
                if (reference.KeyOf(entity) is { Length: > 0 } key && !target.Contains(reference.Index, key))
                {
                    yield return (entity, reference.Name, key);
                }
            }
        }
    }
}

/// <summary>A converter of a member whose values are any JSON.</summary>
internal interface IJsonValueConverter;

/// <summary>
/// What a collection in memory holds at most. When it is full, the oldest entry of the owner that holds most makes room, so
/// that one owner cannot push out what others keep.
/// </summary>
/// <typeparam name="T">The entity.</typeparam>
/// <param name="Owner">On whose account an entry is held; null for one that is not counted.</param>
public sealed record CollectionBound<T>(Func<T, string?> Owner)
    where T : Entity
{
    /// <summary>How many entries are held at most, above zero; unlimited unless set.</summary>
    public int MaximumEntries { get; init; } = int.MaxValue;

    /// <summary>How many entries of one owner are held at most, above zero; one more ends its oldest. Unlimited unless set.</summary>
    public int MaximumEntriesPerOwner { get; init; } = int.MaxValue;
}

/// <summary>
/// What entities of one collection name in another. It binds nothing: a reference may lead nowhere once the other entity was
/// removed, and <see cref="StorageMaintenance.Verify"/> remarks on it.
/// </summary>
/// <typeparam name="T">The entity that refers.</typeparam>
/// <param name="name">What is referred to, in words: <c>client</c>.</param>
/// <param name="collection">The name of the other collection; a reference to one that is not kept is passed over.</param>
/// <param name="key">The identifier of the other entity, or its key in the index; null or empty where there is none.</param>
/// <param name="index">The name of the index of the other collection under which the key is found; null where it is an identifier.</param>
public sealed class CollectionReference<T>(string name, string collection, Func<T, string?> key, string? index = null)
    where T : Entity
{
    /// <summary>What is referred to, in words.</summary>
    public string Name => name;

    /// <summary>The name of the other collection.</summary>
    public string Collection => collection;

    /// <summary>The name of the other collection's index; null where entities are named by their identifier.</summary>
    public string? Index => index;

    internal string? KeyOf(T entity) => key(entity);
}

/// <summary>
/// A secondary index of a collection: keep the instance, it is the handle by which the index is asked. Its keys depend on nothing but the
/// entity; where they cannot be told, the write that was given the entity throws what they throw.
/// </summary>
/// <typeparam name="T">The entity.</typeparam>
/// <param name="name">Named in errors.</param>
/// <param name="keys">The keys under which an entity is found; none for an entity that the index leaves out.</param>
/// <param name="unique">Whether two entities may share a key.</param>
public sealed class CollectionIndex<T>(string name, Func<T, IEnumerable<string>> keys, bool unique = false)
    where T : Entity
{
    /// <summary>An index under at most one key an entity.</summary>
    /// <param name="name">Named in errors.</param>
    /// <param name="key">The key; null or empty leaves the entity out.</param>
    /// <param name="unique">Whether two entities may share a key.</param>
    public CollectionIndex(string name, Func<T, string?> key, bool unique = false)
        : this(name, entity => key(entity) is { Length: > 0 } value ? [value] : [], unique) => SingleKey = key;

    /// <summary>Named in errors.</summary>
    public string Name => name;

    /// <summary>Whether two entities may share a key.</summary>
    public bool IsUnique => unique;

    // An index with one key an entity compares and moves it without allocating a list for it.
    internal Func<T, string?>? SingleKey { get; }

    /// <summary>The hash code of the one key, null where there is none, if that is to be had without the text.</summary>
    internal Func<T, int?> KeyHash
    {
        get => field ?? (entity => SingleKey!(entity) is { Length: > 0 } text ? text.GetHashCode(StringComparison.Ordinal) : null);
        init;
    }

    /// <summary>Gives an entity another instance of its key: entities under one key then share it.</summary>
    internal Action<T, string>? Share { get; init; }

    internal IEnumerable<string> KeysOf(T entity) => keys(entity);

    /// <summary>Asks for all keys, and does nothing with them.</summary>
    internal void Probe(T entity)
    {
        if (SingleKey is not null)
        {
            _ = KeyHash(entity);
            return;
        }

        foreach (var key in keys(entity))
        {
            ArgumentNullException.ThrowIfNull(key);
        }
    }

    internal bool Matches(T entity, string key)
        => SingleKey is not null ? SingleKey(entity) == key : keys(entity).Contains(key, StringComparer.Ordinal);

    internal bool SameKeys(T left, T right)
        => SingleKey is not null ? SingleKey(left) == SingleKey(right) : keys(left).SequenceEqual(keys(right), StringComparer.Ordinal);
}
