using System.Net.Http.Headers;
using System.Text;

namespace Identity.Tests.Fuzzing;

/// <summary>A request before it is sent, in pieces that can be changed one by one.</summary>
/// <param name="Method">The method.</param>
/// <param name="Path">The path, as it is sent.</param>
internal sealed record FuzzedRequest(string Method, string Path)
{
    /// <summary>Parameters of the query, not encoded yet.</summary>
    public List<(string Name, string Value)> Query { get; init; } = [];

    /// <summary>Parameters of the form, not encoded yet.</summary>
    public List<(string Name, string Value)> Form { get; init; } = [];

    /// <summary>Headers, also such that no client would send.</summary>
    public List<(string Name, string Value)> Headers { get; init; } = [];

    /// <summary>A body that is no form; or one whose bytes were changed.</summary>
    public byte[]? Body { get; set; }

    /// <summary>The type that the body is said to have.</summary>
    public string? ContentType { get; set; }

    /// <summary>A copy whose lists are its own.</summary>
    public FuzzedRequest Copy() => this with { Query = [.. Query], Form = [.. Form], Headers = [.. Headers] };

    /// <summary>The path as a server understands it: without dots.</summary>
    public string GetReceivedPath() => new Uri("http://server" + Path).AbsolutePath;

    /// <summary>The bytes of the body as they are now.</summary>
    public byte[]? GetBody() => Body ?? (Form.Count > 0 ? Encoding.Latin1.GetBytes(Encode(Form)) : null);

    /// <summary>What is sent.</summary>
    public HttpRequestMessage ToMessage(Uri server)
    {
        var target = new Uri(
            server.GetLeftPart(UriPartial.Authority) + Path + (Query.Count > 0 ? "?" + Encode(Query) : ""),
            new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        var message = new HttpRequestMessage(new HttpMethod(Method), target);
        if (GetBody() is { } body)
        {
            message.Content = new ByteArrayContent(body);
            message.Content.Headers.TryAddWithoutValidation("Content-Type", ContentType ?? "application/x-www-form-urlencoded");
        }

        foreach (var (name, value) in Headers)
        {
            message.Headers.TryAddWithoutValidation(name, value);
        }

        message.Headers.Connection.Clear();
        message.Headers.ExpectContinue = false;
        return message;
    }

    /// <inheritdoc />
    public override string ToString()
    {
        var text = new StringBuilder($"{Method} {Path}{(Query.Count > 0 ? "?" + Encode(Query) : "")}");
        foreach (var (name, value) in Headers)
        {
            text.Append($"\n{name}: {value}");
        }

        if (GetBody() is { } body)
        {
            text.Append($"\nContent-Type: {ContentType}\n\n{Encoding.Latin1.GetString(body, 0, Math.Min(body.Length, 2_000))}");
        }

        return text.ToString();
    }

    // Byte for byte what was meant, also where that is no text.
    private static string Encode(List<(string Name, string Value)> parameters)
        => string.Join('&', parameters.Select(parameter => $"{Escape(parameter.Name)}={Escape(parameter.Value)}"));

    private static string Escape(string value)
    {
        var text = new StringBuilder();
        foreach (var octet in Encoding.UTF8.GetBytes(value))
        {
            text.Append(char.IsAsciiLetterOrDigit((char)octet) || octet is (byte)'-' or (byte)'_' or (byte)'.' or (byte)'~' ? $"{(char)octet}" : $"%{octet:X2}");
        }

        return text.ToString();
    }
}
