using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Microsoft.IdentityModel.Tokens;
using static Identity.Tests.Stores.StoreValues;

namespace Identity.Tests.Stores;

/// <content>Every getter and every setter.</content>
internal abstract partial class StoreBackend<TApplication, TAuthorization, TScope, TToken>
{
    private async ValueTask FillAsync(object entity, int number, int seed, bool isHeld)
    {
        switch (entity)
        {
            case TApplication application:
                await Applications.SetClientIdAsync(application, ClientId(number, seed), default);
                await Applications.SetApplicationTypeAsync(application, seed % 2 is 0 ? "web" : "native", default);
                await Applications.SetClientSecretAsync(application, seed % 3 is 0 ? null : $"hash-{seed}", default);
                await Applications.SetClientTypeAsync(application, seed % 3 is 0 ? "public" : "confidential", default);
                await Applications.SetConsentTypeAsync(application, "explicit", default);
                await Applications.SetDisplayNameAsync(application, $"Client “{seed}”", default);
                await Applications.SetDisplayNamesAsync(application, Names(seed), default);
                await Applications.SetJsonWebKeySetAsync(application, seed % 4 is 0 ? Keys(seed) : null, default);
                await Applications.SetPermissionsAsync(application, Strings(seed, "ept:token", "gt:refresh_token"), default);
                await Applications.SetPostLogoutRedirectUrisAsync(application, Strings(seed, Uri(seed)), default);
                await Applications.SetPropertiesAsync(application, Properties(seed), default);
                await Applications.SetRedirectUrisAsync(application, Strings(seed, Uri(seed), Uri(seed + 1)), default);
                await Applications.SetRequirementsAsync(application, Strings(seed, "ft:pkce"), default);
                await Applications.SetSettingsAsync(application, seed % 2 is 0 ? ImmutableDictionary<string, string>.Empty : ImmutableDictionary<string, string>.Empty.Add("tkn_lft:act", $"{seed}"), default);
                break;

            case TAuthorization authorization:
                await ReferAsync(id => Authorizations.SetApplicationIdAsync(authorization, id, default), Kind.Application, seed, 3, isHeld);
                await Authorizations.SetCreationDateAsync(authorization, Date(Now, seed, 7, null, -30, -10, 0), default);
                await Authorizations.SetPropertiesAsync(authorization, Properties(seed), default);
                await Authorizations.SetScopesAsync(authorization, Strings(seed, "s1", "s2"), default);
                await Authorizations.SetStatusAsync(authorization, Statuses[Pick(seed, 8, Statuses.Length)], default);
                await Authorizations.SetSubjectAsync(authorization, Subject(seed), default);
                await Authorizations.SetTypeAsync(authorization, AuthorizationTypes[Pick(seed, 9, AuthorizationTypes.Length)], default);
                break;

            case TScope scope:
                await Scopes.SetNameAsync(scope, ScopeName(number, seed), default);
                await Scopes.SetDescriptionAsync(scope, $"About {seed}", default);
                await Scopes.SetDescriptionsAsync(scope, Names(seed), default);
                await Scopes.SetDisplayNameAsync(scope, seed % 2 is 0 ? null : "Scope", default);
                await Scopes.SetDisplayNamesAsync(scope, Names(seed + 1), default);
                await Scopes.SetPropertiesAsync(scope, Properties(seed), default);
                await Scopes.SetResourcesAsync(scope, Strings(seed, Uri(seed)), default);
                break;

            case TToken token:
                // The type and the subject decide where a token is kept: an update may move it.
                var type = TokenTypes[Pick(seed, 10, TokenTypes.Length)];
                await Tokens.SetTypeAsync(token, type, default);
                await Tokens.SetSubjectAsync(token, Subject(seed), default);
                await ReferAsync(id => Tokens.SetApplicationIdAsync(token, id, default), Kind.Application, seed, 3, isHeld);
                await ReferAsync(id => Tokens.SetAuthorizationIdAsync(token, id, default), Kind.Authorization, seed, 4, isHeld);
                await Tokens.SetCreationDateAsync(token, Date(Now, seed, 11, null, -30, -10, 0), default);
                // Entries in memory leave by themselves when they expire; the oracle has no such entries.
                await Tokens.SetExpirationDateAsync(token, type == RefreshToken ? Date(Now, seed, 12, null, -5, 20) : Date(Now, seed, 12, null, 20), default);
                await Tokens.SetPayloadAsync(token, seed % 5 is 0 ? null : $"payload-{seed}", default);
                await Tokens.SetPropertiesAsync(token, Properties(seed), default);
                await Tokens.SetRedemptionDateAsync(token, Date(Now, seed, 13, null, -1), default);
                await Tokens.SetReferenceIdAsync(token, ReferenceId(number, seed), default);
                await Tokens.SetStatusAsync(token, Statuses[Pick(seed, 14, Statuses.Length)], default);
                break;
        }
    }

    private async ValueTask<string> DescribeAsync(object entity)
    {
        object?[] members = entity switch
        {
            TApplication application =>
            [
                await Applications.GetIdAsync(application, default), await Applications.GetClientIdAsync(application, default),
                await Applications.GetApplicationTypeAsync(application, default), await Applications.GetClientSecretAsync(application, default),
                await Applications.GetClientTypeAsync(application, default), await Applications.GetConsentTypeAsync(application, default),
                await Applications.GetDisplayNameAsync(application, default), await Applications.GetDisplayNamesAsync(application, default),
                await Applications.GetJsonWebKeySetAsync(application, default), await Applications.GetPermissionsAsync(application, default),
                await Applications.GetPostLogoutRedirectUrisAsync(application, default), await Applications.GetPropertiesAsync(application, default),
                await Applications.GetRedirectUrisAsync(application, default), await Applications.GetRequirementsAsync(application, default),
                await Applications.GetSettingsAsync(application, default),
            ],
            TAuthorization authorization =>
            [
                await Authorizations.GetIdAsync(authorization, default), await Authorizations.GetApplicationIdAsync(authorization, default),
                await Authorizations.GetCreationDateAsync(authorization, default), await Authorizations.GetPropertiesAsync(authorization, default),
                await Authorizations.GetScopesAsync(authorization, default), await Authorizations.GetStatusAsync(authorization, default),
                await Authorizations.GetSubjectAsync(authorization, default), await Authorizations.GetTypeAsync(authorization, default),
            ],
            TScope scope =>
            [
                await Scopes.GetIdAsync(scope, default), await Scopes.GetNameAsync(scope, default), await Scopes.GetDescriptionAsync(scope, default),
                await Scopes.GetDescriptionsAsync(scope, default), await Scopes.GetDisplayNameAsync(scope, default),
                await Scopes.GetDisplayNamesAsync(scope, default), await Scopes.GetPropertiesAsync(scope, default), await Scopes.GetResourcesAsync(scope, default),
            ],
            TToken token =>
            [
                await Tokens.GetIdAsync(token, default), await Tokens.GetTypeAsync(token, default), await Tokens.GetSubjectAsync(token, default),
                await Tokens.GetApplicationIdAsync(token, default), await Tokens.GetAuthorizationIdAsync(token, default),
                await Tokens.GetCreationDateAsync(token, default), await Tokens.GetExpirationDateAsync(token, default),
                await Tokens.GetPayloadAsync(token, default), await Tokens.GetPropertiesAsync(token, default),
                await Tokens.GetRedemptionDateAsync(token, default), await Tokens.GetReferenceIdAsync(token, default), await Tokens.GetStatusAsync(token, default),
            ],
            _ => [entity],
        };
        return string.Join(" | ", members.Select(Text));
    }

    private static async ValueTask ReferAsync(Func<string?, ValueTask> set, Kind kind, int seed, int salt, bool isHeld)
    {
        // Entity Framework Core refuses an entry that refers to entries which two scopes have read, and does not write that a reference
        // was taken away since another scope read it: what is held keeps what it refers to.
        if (!isHeld)
        {
            await set(seed % 7 is 0 ? null : Id(kind, Pick(seed, salt, Entries)));
        }
    }

    private static ImmutableArray<string> Strings(int seed, params string[] values) => seed % 5 is 0 ? [] : [.. values.Distinct()];

    private static ImmutableDictionary<CultureInfo, string> Names(int seed) => seed % 2 is 0
        ? ImmutableDictionary<CultureInfo, string>.Empty
        : ImmutableDictionary<CultureInfo, string>.Empty.Add(CultureInfo.GetCultureInfo("fr-CA"), $"nom {seed}");

    private static ImmutableDictionary<string, JsonElement> Properties(int seed)
    {
        if (seed % 3 is 0)
        {
            return ImmutableDictionary<string, JsonElement>.Empty;
        }

        // Disposed at once: a store that keeps the elements themselves reads freed memory later.
        using var document = JsonDocument.Parse($$"""{"a":[{{seed}},"x"],"b":{"c":null} }""");
        return document.RootElement.EnumerateObject().ToImmutableDictionary(property => property.Name, property => property.Value.Clone());
    }

    private static JsonWebKeySet Keys(int seed) => new() { Keys = { new JsonWebKey { Kty = "EC", Kid = $"k{seed}", Crv = "P-256", X = "eA", Y = "eQ" } } };

    private static string Text(object? value) => value switch
    {
        null => "null",
        DateTimeOffset date => date.ToString("u", CultureInfo.InvariantCulture) + date.Offset,
        ImmutableArray<string> { IsDefault: true } => "default!",
        ImmutableArray<string> array => $"[{string.Join(',', array)}]",
        ImmutableDictionary<string, JsonElement> map => $"{{{string.Join(',', map.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => pair.Key + ":" + pair.Value.GetRawText()))}}}",
        ImmutableDictionary<CultureInfo, string> map => $"{{{string.Join(',', map.OrderBy(pair => pair.Key.Name, StringComparer.Ordinal).Select(pair => pair.Key.Name + ":" + pair.Value))}}}",
        ImmutableDictionary<string, string> map => $"{{{string.Join(',', map.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => pair.Key + ":" + pair.Value))}}}",
        JsonWebKeySet set => string.Join(',', set.Keys.Select(key => $"{key.Kty} {key.Kid} {key.X}")),
        _ => value.ToString()!,
    };
}
