namespace Identity.Server.Authorization;

/// <summary>Where a client receives its answer, and what follows from that.</summary>
internal sealed class ClientAddress(Uri redirectUri)
{
    /// <summary>The address itself.</summary>
    public Uri Uri => redirectUri;

    /// <summary>
    /// Whether only the client itself can receive the answer. Any program on a machine can listen on its loopback
    /// interface or claim a private-use scheme (RFC 8252 §8.6).
    /// </summary>
    public bool BelongsToClient => redirectUri.Scheme == Uri.UriSchemeHttps && !redirectUri.IsLoopback;

    /// <summary>The address as a person may recognise it: the host, or the scheme where there is none that counts.</summary>
    public string Display =>
        IsWeb
            ? redirectUri.IsDefaultPort ? redirectUri.IdnHost : $"{redirectUri.IdnHost}:{redirectUri.Port}"
            : $"{redirectUri.Scheme}:";

    /// <summary>
    /// What a page's <c>form-action</c> must allow, for the redirect that follows the form to get there. The directive has
    /// no way to write an IPv6 address; its scheme has to do.
    /// </summary>
    public string FormActionSource =>
        IsWeb && redirectUri.HostNameType != UriHostNameType.IPv6
            ? redirectUri.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped)
            : $"{redirectUri.Scheme}:";

    private bool IsWeb => redirectUri.Scheme == Uri.UriSchemeHttps || redirectUri.Scheme == Uri.UriSchemeHttp;
}
