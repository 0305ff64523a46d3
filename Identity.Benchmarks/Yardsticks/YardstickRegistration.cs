using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Identity.Benchmarks.Yardsticks;

/// <summary>Registers public clients: the least that RFC 7591 asks for, through OpenIddict's manager.</summary>
internal static class YardstickRegistration
{
    public const string Path = "/connect/register";

    public static async Task<IResult> HandleAsync(Request request, IOpenIddictApplicationManager applications, CancellationToken cancellationToken)
    {
        var descriptor = new OpenIddictApplicationDescriptor
        {
            ClientId = Guid.NewGuid().ToString("N"),
            ClientType = ClientTypes.Public,
            ConsentType = ConsentTypes.Explicit,
            DisplayName = request.Name,
            Permissions =
            {
                Permissions.Endpoints.Authorization,
                Permissions.Endpoints.Token,
                Permissions.GrantTypes.AuthorizationCode,
                Permissions.GrantTypes.RefreshToken,
                Permissions.ResponseTypes.Code,
                Permissions.Scopes.Profile,
                Permissions.Scopes.Email,
            },
            Requirements = { Requirements.Features.ProofKeyForCodeExchange },
        };
        descriptor.RedirectUris.UnionWith(request.RedirectUris.Select(uri => new Uri(uri)));
        await applications.CreateAsync(descriptor, cancellationToken);
        return Results.Json(new Response(descriptor.ClientId, request.RedirectUris), statusCode: StatusCodes.Status201Created);
    }

    /// <summary>What a client asks for.</summary>
    public sealed record Request(
        [property: JsonPropertyName("client_name")] string? Name,
        [property: JsonPropertyName("redirect_uris")] IReadOnlyList<string> RedirectUris);

    /// <summary>What it is told.</summary>
    public sealed record Response(
        [property: JsonPropertyName("client_id")] string ClientId,
        [property: JsonPropertyName("redirect_uris")] IReadOnlyList<string> RedirectUris);
}
