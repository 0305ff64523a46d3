using OpenIddict.Abstractions;

namespace Identity.Server.Authorization;

/// <summary>Why a request to the authorization endpoint ended on a page instead of at the client.</summary>
internal enum AuthorizationFault
{
    /// <summary>The client is not registered here: never was, or is no longer.</summary>
    UnknownClient,

    /// <summary>The client is registered, but not with the address to which the answer was to go.</summary>
    UnknownRedirectUri,

    /// <summary>The request that the browser came back to is not in memory: answered, expired, or from before a restart.</summary>
    RequestGone,

    /// <summary>Something else about the request.</summary>
    InvalidRequest,
}

internal static class AuthorizationFaults
{
    /// <summary>Finds out what is wrong with a request that was refused.</summary>
    public static async Task<AuthorizationFault> ClassifyAsync(
        OpenIddictRequest? request, IOpenIddictApplicationManager applications, CancellationToken cancellationToken)
    {
        if (request is not { ClientId.Length: > 0 })
        {
            return AuthorizationFault.InvalidRequest;
        }

        if (await applications.FindByClientIdAsync(request.ClientId, cancellationToken) is not { } application)
        {
            return AuthorizationFault.UnknownClient;
        }

        if (!string.IsNullOrEmpty(request.RequestUri))
        {
            return AuthorizationFault.RequestGone;
        }

        return !string.IsNullOrEmpty(request.RedirectUri)
            && !await applications.ValidateRedirectUriAsync(application, request.RedirectUri, cancellationToken)
                ? AuthorizationFault.UnknownRedirectUri
                : AuthorizationFault.InvalidRequest;
    }
}
