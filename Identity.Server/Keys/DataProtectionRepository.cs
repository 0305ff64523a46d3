using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using Identity.Stores.FileSystem.Storage;
using Microsoft.AspNetCore.DataProtection.Repositories;

namespace Identity.Server.Keys;

/// <summary>ASP.NET Core's data-protection keys (sign-in cookies, antiforgery), kept beside the server's own under the same promises.</summary>
/// <param name="directory">Opened with the first key: ASP.NET Core asks for this object before the server knows whether it may start.</param>
internal sealed class DataProtectionRepository(Lazy<StorageDirectory> directory) : IXmlRepository
{
    /// <inheritdoc />
    public IReadOnlyCollection<XElement> GetAllElements()
        => [.. directory.Value.ListFiles(KeyRing.Folder)
            .Where(name => name.EndsWith(".xml", StringComparison.Ordinal))
            .Select(name => XElement.Parse(Encoding.UTF8.GetString(directory.Value.ReadFile(KeyRing.Folder, name))))];

    /// <inheritdoc />
    public void StoreElement(XElement element, string friendlyName)
    {
        // The name is for people, and need not be unique.
        var suffix = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4));
        directory.Value.WriteFile(KeyRing.Folder, $"data-protection-{Plain(friendlyName)}-{suffix}.xml", Encoding.UTF8.GetBytes(element.ToString()));
    }

    private static string Plain(string? name)
        => string.Concat((name ?? "key").Where(character => char.IsAsciiLetterOrDigit(character) || character is '-'));
}
