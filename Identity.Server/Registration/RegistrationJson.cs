using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Identity.Server.Registration.Management;

namespace Identity.Server.Registration;

// A member given twice could be read differently by whoever checks and whoever uses it.
[JsonSourceGenerationOptions(MaxDepth = 16, AllowDuplicateProperties = false, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RegistrationRequest))]
[JsonSerializable(typeof(UpdateRequest))]
[JsonSerializable(typeof(RegistrationResponse), GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(RegistrationError))]
[JsonSerializable(typeof(ClientMetadata))]
[JsonSerializable(typeof(JsonObject))]
[JsonSerializable(typeof(long))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(string[]))]
internal sealed partial class RegistrationJson : JsonSerializerContext;
