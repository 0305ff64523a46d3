using System.Globalization;

namespace Identity.Server.Hosting;

/// <summary>
/// The environment variables that people know from other servers, as a configuration source. It is the first of all sources, so
/// that a key of the section <c>Identity</c>, from wherever it comes, counts more.
/// </summary>
internal sealed class OAuthEnvironmentVariables : ConfigurationProvider, IConfigurationSource
{
    private static readonly (string Variable, string Key, bool IsSeconds)[] Known =
    [
        ("OAUTH_STORAGE_DIR", "Identity:StorageDirectory", false),
        ("OAUTH_REFRESH_TOKEN_TTL", "Identity:Tokens:RefreshTokenLifetime", true),
        ("OAUTH_ACCESS_TOKEN_TTL", "Identity:Tokens:AccessTokenLifetime", true),
        ("OAUTH_AUTH_CODE_TTL", "Identity:Tokens:AuthorizationCodeLifetime", true),
        ("GOOGLE_CLIENT_ID", "Identity:Providers:Google:ClientId", false),
        ("GOOGLE_CLIENT_SECRET", "Identity:Providers:Google:ClientSecret", false),
        ("AZURE_CLIENT_ID", "Identity:Providers:Microsoft:ClientId", false),
        ("AZURE_CLIENT_SECRET", "Identity:Providers:Microsoft:ClientSecret", false),
        ("AZURE_TENANT_ID", "Identity:Providers:Microsoft:Tenant", false),
    ];

    private readonly Dictionary<string, (string Variable, string Value, bool IsSeconds)> _origins = new(StringComparer.OrdinalIgnoreCase);

    /// <inheritdoc />
    public IConfigurationProvider Build(IConfigurationBuilder builder) => this;

    /// <inheritdoc />
    public override void Load()
    {
        foreach (var (variable, key, isSeconds) in Known)
        {
            if (Environment.GetEnvironmentVariable(variable) is not { Length: > 0 } value)
            {
                continue;
            }

            _origins[key] = (variable, value, isSeconds);
            Data[key] = isSeconds && long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds)
                && Math.Abs(seconds) < TimeSpan.MaxValue.TotalSeconds
                ? TimeSpan.FromSeconds(seconds).ToString("c", CultureInfo.InvariantCulture)
                : value;
        }
    }

    /// <summary>Finds the variable from which a key has its value.</summary>
    /// <param name="configuration">The whole configuration.</param>
    /// <param name="key">The key.</param>
    /// <returns>The variable, its value as it was set and whether it is in seconds; null when another source counts.</returns>
    public static (string Variable, string Value, bool IsSeconds)? FindOrigin(IConfiguration configuration, string key)
        => configuration is IConfigurationRoot root
            && root.Providers.LastOrDefault(provider => provider.TryGet(key, out _)) is OAuthEnvironmentVariables variables
            && variables._origins.TryGetValue(key, out var origin)
            ? origin
            : null;
}
