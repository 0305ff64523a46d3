using System.Text.Json.Serialization;

namespace Identity.Server.Registration;

// A member given twice could be read differently by whoever checks and whoever uses it.
[JsonSourceGenerationOptions(MaxDepth = 16, AllowDuplicateProperties = false, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RegistrationRequest))]
[JsonSerializable(typeof(RegistrationResponse), GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(RegistrationError))]
[JsonSerializable(typeof(ClientMetadata))]
[JsonSerializable(typeof(long))]
internal sealed partial class RegistrationJson : JsonSerializerContext;
