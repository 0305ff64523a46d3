using Identity.Server.Accounts.Profile;
using Identity.Server.Tokens.Connections;
using Identity.Server.Tokens.Entries;
using Identity.Server.Tokens.Grants;
using Identity.Server.Tokens.Inspection;
using Identity.Server.Tokens.Refresh;
using Microsoft.Extensions.Options;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Identity.Server.Tokens;

/// <summary>Tokens: what they say, how long they live, how they are refreshed, revoked and looked at.</summary>
internal static class TokensExtensions
{
    // Redeemed refresh tokens are dealt with by handlers of our own. OpenIddict lets them pass as long as this leeway lasts, which is
    // longer than any token's life; TimeSpan.MaxValue would overflow where it is added to a date.
    private static readonly TimeSpan Unlimited = TimeSpan.FromDays(36_500);

    /// <summary>The handlers, by the event and in the order in which they run.</summary>
    private static readonly OpenIddictServerHandlerDescriptor[] Handlers =
    [
        // A code or refresh token is presented (any endpoint).
        LockConnection.Descriptor,
        RestoreSpentToken.Descriptor,
        RejectForeignGrants.Descriptor,
        DetectCodeReuse.Descriptor,
        DetectRefreshTokenReuse.Descriptor,
        RejectEndedConnections.Descriptor,

        // A token request is checked and answered.
        RejectWidenedScopes.Descriptor,
        RejectForeignResources.Descriptor,
        RenewPrincipal.Descriptor,

        // Codes and tokens are issued.
        AssignTokenId.Descriptor,
        CreateReferenceTokenEntry.Descriptor,
        GrantOfflineAccess.Descriptor,
        BeginConnection.Descriptor,
        AttachAudiences.Descriptor,
        LeaveOutAccountClaims.Descriptor,
        AttachPredecessor.Descriptor,
        LimitToConnection.Descriptor,
        ReissueSuccessor.Descriptor,
        IssueRefreshToken.Descriptor,
        RedeemRefreshToken.Descriptor,
        NoteUse.Descriptor,
        StartCommit.Descriptor,
        AttachGrantedScope.Descriptor,

        // Tokens are revoked and looked at.
        EndConnectionWithRefreshToken.Descriptor,
        RejectStrangers.Descriptor,
        AttachIntrospectedScopes.Descriptor,
        RejectTokenInAddress.Descriptor,
        AttachAccountClaims.Descriptor,
    ];

    /// <summary>Adds the token, revocation, introspection, userinfo and end session endpoints, and what they do.</summary>
    /// <param name="server">OpenIddict's server.</param>
    /// <returns>The same server.</returns>
    public static OpenIddictServerBuilder AddTokens(this OpenIddictServerBuilder server)
    {
        server.Services.AddSingleton<ConnectionLocks>();
        server.Services.AddSingleton<TokenPrincipalFactory>();
        server.Services.AddCollection(ConnectionRecords.Definition);
        server.Services.AddSingleton<ConnectionRecords>();
        server.Services.AddSingleton<ConnectionRevoker>();
        server.Services.AddScoped<UserConnections>();
        server.Services.AddScoped<IPersonalData, ConnectionData>();
        server.Services.AddScoped<IntrospectionRights>();
        server.Services.AddOpenIddict().AddCore(core => core.ReplaceTokenManager(typeof(TokenManager<>)));
        server.Services.AddOptions<OpenIddictServerOptions>().Configure<IOptions<TokenOptions>>((options, settings) =>
        {
            options.AccessTokenLifetime = settings.Value.AccessTokenLifetime;
            options.RefreshTokenLifetime = settings.Value.RefreshTokenLifetime;
            options.AuthorizationCodeLifetime = settings.Value.AuthorizationCodeLifetime;
            // Not what it says: it only keeps OpenIddict from redeeming refresh tokens itself, which RedeemRefreshToken does.
            options.DisableRollingRefreshTokens = true;
        });

        server
            .SetTokenEndpointUris("connect/token")
            .SetRevocationEndpointUris("connect/revoke")
            .SetIntrospectionEndpointUris("connect/introspect")
            .SetUserInfoEndpointUris("connect/userinfo")
            .SetEndSessionEndpointUris("connect/logout")
            .AllowAuthorizationCodeFlow()
            .AllowRefreshTokenFlow()
            .RequireProofKeyForCodeExchange()
            .UseReferenceRefreshTokens()
            .SetRefreshTokenReuseLeeway(Unlimited)
            .DisableAccessTokenEncryption()
            .RegisterScopes(Scopes.OpenId, Scopes.Profile, Scopes.Email, Scopes.OfflineAccess);

        // What only this server reads is encrypted and authenticated, not signed; access and ID tokens stay JSON Web Tokens.
        server.UseDataProtection().PreferDefaultAccessTokenFormat().UseFormatter(new PrincipalFormatter());

        server.Services.AddSingleton<IPostConfigureOptions<OpenIddictServerOptions>, JsonWebTokenDescription>();

        server.RemoveEventHandler(OpenIddictServerHandlers.AttachAuthorization.Descriptor);

        // Whoever may look at a token is decided by RejectStrangers.
        server.RemoveEventHandler(OpenIddictServerHandlers.Introspection.ValidateAuthorizedParty.Descriptor);
        foreach (var handler in Handlers)
        {
            server.AddEventHandler(handler);
        }

        return server;
    }
}
