using Identity.Stores.FileSystem.Storage;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.AuthenticatedEncryption;
using Microsoft.AspNetCore.DataProtection.AuthenticatedEncryption.ConfigurationModel;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;
using OpenIddict.Server;

namespace Identity.Server.Keys;

/// <summary>Keys for tokens and for cookies, all of them kept in the storage directory.</summary>
internal static class KeysExtensions
{
    // Fixed, since it is part of what cookies and pending sign-ins are protected with: another name would end them all.
    private const string ApplicationName = "Identity";

    /// <summary>Adds the keys.</summary>
    /// <param name="services">The services.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddKeys(this IServiceCollection services)
    {
        services.AddSingleton<KeyRing>();
        services.AddSingleton<IConfigureOptions<OpenIddictServerOptions>, ServerKeys>();
        services.AddDataProtection().SetApplicationName(ApplicationName)
            // One pass instead of two: codes and refresh tokens are protected by these keys, too.
            .UseCryptographicAlgorithms(new AuthenticatedEncryptorConfiguration { EncryptionAlgorithm = EncryptionAlgorithm.AES_256_GCM });
        services.AddOptions<KeyManagementOptions>()
            .Configure<IServiceProvider>((options, provider) =>
                options.XmlRepository = new DataProtectionRepository(new(provider.GetRequiredService<StorageDirectory>)));
        return services;
    }

    private sealed class ServerKeys(KeyRing ring) : IConfigureOptions<OpenIddictServerOptions>
    {
        public void Configure(OpenIddictServerOptions options)
        {
            options.SigningCredentials.AddRange(ring.GetSigningKeys().Select(key => new SigningCredentials(key, SecurityAlgorithms.EcdsaSha256)));
            options.EncryptionCredentials.AddRange(ring.GetEncryptionKeys()
                .Select(key => new EncryptingCredentials(key, SecurityAlgorithms.Aes256KW, SecurityAlgorithms.Aes256CbcHmacSha512)));
        }
    }
}
