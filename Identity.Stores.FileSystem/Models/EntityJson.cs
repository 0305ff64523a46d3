using System.Collections;
using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Identity.Stores.FileSystem.Models;

/// <summary>How the entities are written: snake_case, as OAuth's own JSON is, and without what is null, false or empty.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(Application))]
[JsonSerializable(typeof(Authorization))]
[JsonSerializable(typeof(Scope))]
[JsonSerializable(typeof(Token))]
[JsonSerializable(typeof(User))]
internal sealed partial class EntityJson : JsonSerializerContext
{
    public static JsonTypeInfo<T> For<T>() => (JsonTypeInfo<T>)Readable.Options.GetTypeInfo(typeof(T));

    private static void LeaveOutEmpty(JsonTypeInfo type)
    {
        foreach (var property in type.Properties)
        {
            if (property.PropertyType == typeof(ImmutableArray<string>))
            {
                property.ShouldSerialize = static (_, value) => value is ImmutableArray<string> { IsDefaultOrEmpty: false };
            }
            else if (property.PropertyType == typeof(ImmutableArray<Passkey>))
            {
                property.ShouldSerialize = static (_, value) => value is ImmutableArray<Passkey> { IsDefaultOrEmpty: false };
            }
            else if (property.PropertyType == typeof(ImmutableArray<UserLogin>))
            {
                property.ShouldSerialize = static (_, value) => value is ImmutableArray<UserLogin> { IsDefaultOrEmpty: false };
            }
            else if (property.PropertyType.IsAssignableTo(typeof(IDictionary)))
            {
                property.ShouldSerialize = static (_, value) => value is IDictionary { Count: > 0 };
            }
        }
    }

    // In a class of its own, so that it is made after what the generator initializes.
    private static class Readable
    {
        public static readonly JsonSerializerOptions Options = new(Default.Options)
        {
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            TypeInfoResolver = Default.WithAddedModifier(LeaveOutEmpty),
        };
    }
}
