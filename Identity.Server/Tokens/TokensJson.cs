using System.Text.Json.Serialization;

namespace Identity.Server.Tokens;

[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(string[]))]
internal sealed partial class TokensJson : JsonSerializerContext;
