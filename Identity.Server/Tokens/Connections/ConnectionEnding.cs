using System.Text.Json.Serialization;

namespace Identity.Server.Tokens.Connections;

/// <summary>Why a connection ended.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ConnectionEnding>))]
internal enum ConnectionEnding
{
    /// <summary>It was not used for as long as its last refresh token lived. Follows from its dates, and is not kept.</summary>
    Unused,

    /// <summary>It lasted as long as its user, or the server's settings, let it last. Follows from its dates, and is not kept.</summary>
    ReachedEnd,

    /// <summary>Its user disconnected it.</summary>
    Disconnected,

    /// <summary>Its client revoked a refresh token.</summary>
    RevokedByClient,

    /// <summary>A spent refresh token was presented: two had a copy.</summary>
    RefreshTokenReused,

    /// <summary>Its authorization code was presented again.</summary>
    CodeReused,

    /// <summary>Its account was disabled or deleted.</summary>
    AccountDisabled,

    /// <summary>Its account is no longer let in by the rules of whoever runs the server.</summary>
    NotAdmitted,

    /// <summary>Its user changed the password and ended all connections with that.</summary>
    PasswordChanged,

    /// <summary>Its client was removed.</summary>
    ClientRemoved,
}
