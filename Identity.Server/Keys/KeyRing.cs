using System.Security.Cryptography;
using System.Text.Json;
using Identity.Stores.FileSystem.Storage;
using Microsoft.IdentityModel.Tokens;

namespace Identity.Server.Keys;

/// <summary>
/// The server's signing and encryption keys: files in the folder <c>keys</c>. The newest of each kind is used, all of them are
/// accepted; a kind of which there is none gets one. A key is on disk before it is used.
/// </summary>
internal sealed partial class KeyRing(StorageDirectory directory, TimeProvider time, ILogger<KeyRing> logger)
{
    /// <summary>The folder, below the storage directory.</summary>
    public const string Folder = "keys";

    private readonly Lock _lock = new();
    private List<KeyFile>? _keys;

    /// <summary>The signing keys, the one in use first.</summary>
    /// <returns>At least one key.</returns>
    /// <exception cref="StorageException">A key cannot be read or kept.</exception>
    public IReadOnlyList<SecurityKey> GetSigningKeys() => Get(KeyFile.Signing, KeyFile.CreateSigning);

    /// <summary>The encryption keys, the one in use first.</summary>
    /// <returns>At least one key.</returns>
    /// <exception cref="StorageException">A key cannot be read or kept.</exception>
    public IReadOnlyList<SecurityKey> GetEncryptionKeys() => Get(KeyFile.Encryption, KeyFile.CreateEncryption);

    private List<SecurityKey> Get(string use, Func<TimeProvider, KeyFile> create)
    {
        lock (_lock)
        {
            _keys ??= [.. directory.ListFiles(Folder).Where(name => name.EndsWith(".json", StringComparison.Ordinal)).Select(Read)];
            if (!_keys.Exists(key => key.Use == use))
            {
                var key = create(time);
                directory.WriteFile(Folder, $"{(use is KeyFile.Signing ? "signing" : "encryption")}-{key.KeyId}.json", key.ToBytes());
                _keys.Add(key);
                LogCreated(logger, use is KeyFile.Signing ? "signing" : "encryption", key.KeyId);
            }

            return [.. _keys.Where(key => key.Use == use).OrderByDescending(key => key.Created).Select(ToSecurityKey)];
        }
    }

    private KeyFile Read(string name)
    {
        try
        {
            return KeyFile.Parse(directory.ReadFile(Folder, name));
        }
        catch (JsonException exception)
        {
            throw new StorageException($"'{Path.Combine(directory.Path, Folder, name)}' is not a key: {exception.Message} Restore it from a backup.", exception);
        }
    }

    private SecurityKey ToSecurityKey(KeyFile key)
    {
        try
        {
            return key.ToSecurityKey();
        }
        catch (Exception exception) when (exception is FormatException or CryptographicException)
        {
            throw new StorageException(
                $"The key '{key.KeyId}' in '{Path.Combine(directory.Path, Folder)}' is not usable: {exception.Message} Restore it from a backup.", exception);
        }
    }

    [LoggerMessage(EventId = 2101, Level = LogLevel.Information, Message = "Created the {Use} key {KeyId}.")]
    private static partial void LogCreated(ILogger logger, string use, string keyId);
}
