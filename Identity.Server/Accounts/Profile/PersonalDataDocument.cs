using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Identity.Stores.FileSystem.Models;

namespace Identity.Server.Accounts.Profile;

/// <summary>The copy that a person can have of everything that is kept about them.</summary>
internal sealed class PersonalDataDocument(IEnumerable<IPersonalData> features)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        // It is read by people, and never as part of a page.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Writes the copy.</summary>
    /// <param name="user">The person.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>JSON in UTF-8, for people to read.</returns>
    public async Task<byte[]> WriteAsync(User user, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(user);
        var document = new Dictionary<string, object>(StringComparer.Ordinal);
        foreach (var feature in features)
        {
            document.Add(feature.Name, await feature.ReadAsync(user, cancellationToken));
        }

        return JsonSerializer.SerializeToUtf8Bytes(document, Json);
    }
}
