namespace Identity.Server.Registration.Statements;

/// <summary>Somebody whose software statements are believed.</summary>
internal sealed class SoftwareStatementIssuer
{
    /// <summary>How it names itself: the claim <c>iss</c> of its statements, to the character.</summary>
    public string Issuer { get; set; } = "";

    /// <summary>The file with its public keys, a JSON Web Key Set.</summary>
    public string KeysFile { get; set; } = "";

    /// <summary>Finds what is wrong with it.</summary>
    /// <returns>The setting and what is allowed, or <see langword="null"/>.</returns>
    public (string Setting, string Allowed)? FindProblem()
    {
        if (Issuer.Length is 0)
        {
            return (nameof(Issuer), "what the issuer's statements have in the claim iss");
        }

        try
        {
            return ClientKeyRules.FindProblem(ReadKeys()) is { } problem ? (nameof(KeysFile), $"a JSON Web Key Set that can be used; this one {problem}") : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or System.Text.Json.JsonException)
        {
            return (nameof(KeysFile), "the path of a file that can be read and holds a JSON Web Key Set");
        }
    }

    /// <summary>Reads the keys.</summary>
    /// <returns>The set.</returns>
    public System.Text.Json.JsonElement ReadKeys() => System.Text.Json.JsonElement.Parse(File.ReadAllBytes(KeysFile), new() { AllowDuplicateProperties = false });
}
