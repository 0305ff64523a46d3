using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace Identity.Stores.FileSystem.Stores;

/// <summary>Turns what OpenIddict sets into values that an entity may keep: nothing null, and no empty strings in lists.</summary>
internal static class PropertyValues
{
    public static ImmutableArray<string> Kept(ImmutableArray<string> values)
        => values.IsDefault ? [] : values.Any(string.IsNullOrEmpty) ? values.RemoveAll(string.IsNullOrEmpty) : values;

    public static ImmutableDictionary<string, string> Kept(ImmutableDictionary<string, string>? values)
        => values is null ? ImmutableDictionary<string, string>.Empty : values.RemoveRange(values.Where(pair => string.IsNullOrEmpty(pair.Value)).Select(pair => pair.Key));

    /// <summary>Elements are cloned: the document that they came from may be disposed any time.</summary>
    public static ImmutableDictionary<string, JsonElement> Kept(ImmutableDictionary<string, JsonElement>? values)
        => values is null or { IsEmpty: true }
            ? ImmutableDictionary<string, JsonElement>.Empty
            : values.ToImmutableDictionary(pair => pair.Key, pair => pair.Value.Clone(), StringComparer.Ordinal);

    public static ImmutableDictionary<string, string> Kept(ImmutableDictionary<CultureInfo, string>? values)
        => Kept(values?.ToImmutableDictionary(pair => pair.Key.Name, pair => pair.Value, StringComparer.Ordinal));

    public static ImmutableDictionary<CultureInfo, string> ByCulture(ImmutableDictionary<string, string> values)
        => values.ToImmutableDictionary(pair => CultureInfo.GetCultureInfo(pair.Key), pair => pair.Value);
}
