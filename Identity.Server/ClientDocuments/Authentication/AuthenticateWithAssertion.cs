using System.Security.Claims;
using Identity.Server.Hosting;
using Identity.Stores.FileSystem.Models;
using Microsoft.AspNetCore;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;
using static OpenIddict.Server.OpenIddictServerHandlers;

namespace Identity.Server.ClientDocuments.Authentication;

/// <summary>
/// Contains the logic responsible for authenticating a client by its assertion. OpenIddict's own handlers, in whose place it stands,
/// look keys up where nothing can be fetched, take an assertion as often as it is sent, and know neither <c>typ: JWT</c>, which
/// most clients send, nor the token endpoint as an audience.
/// </summary>
/// <remarks>Whatever is wrong with an assertion is <c>invalid_client</c> (RFC 7521, section 4.2.1).</remarks>
internal sealed class AuthenticateWithAssertion(
    IOpenIddictApplicationManager applications, ClientKeySource keys, UsedAssertions used, TimeProvider time) : IOpenIddictServerHandler<ProcessAuthenticationContext>
{
    private static readonly JsonWebTokenHandler Handler = new();

    /// <summary>Gets the descriptor of the handler, which stands where OpenIddict's first one stood.</summary>
    public static OpenIddictServerHandlerDescriptor Descriptor { get; } =
        OpenIddictServerHandlerDescriptor.CreateBuilder<ProcessAuthenticationContext>()
            .AddFilter<OpenIddictServerHandlerFilters.RequireClientAssertionValidated>()
            .UseScopedHandler<AuthenticateWithAssertion>()
            .SetOrder(ValidateClientAssertion.Descriptor.Order)
            .SetType(OpenIddictServerHandlerType.Custom)
            .Build();

    /// <inheritdoc/>
    public async ValueTask HandleAsync(ProcessAuthenticationContext context)
    {
        if (string.IsNullOrEmpty(context.ClientAssertion))
        {
            return;
        }

        if (context.ClientAssertionType is not ClientAssertionTypes.JwtBearer || ClientAssertion.Read(context.ClientAssertion) is not { } token)
        {
            Reject(context, "It must be a signed JSON Web Token.");
            return;
        }

        if (ClientAssertion.FindProblem(token, context.ClientId, ListAudiences(context), time.GetUtcNow()) is { } problem)
        {
            Reject(context, problem);
            return;
        }

        if (!await IsSignedByClientAsync(token, context))
        {
            Reject(context, "It is not signed by one of the client's keys.");
            return;
        }

        if (!used.TryUse(token.Issuer, token.Id, ClientAssertion.ExpiresAt(token)!.Value + ClientAssertion.Leeway))
        {
            Reject(context, "It was used before; each request needs one of its own.");
            return;
        }

        context.ClientAssertionPrincipal = new ClaimsPrincipal(new ClaimsIdentity(
            [new Claim(Claims.Issuer, token.Issuer), new Claim(Claims.Subject, token.Subject)], ClientAuthenticationMethods.PrivateKeyJwt));
        context.Request.ClientId = token.Issuer;
    }

    private async ValueTask<bool> IsSignedByClientAsync(JsonWebToken token, ProcessAuthenticationContext context)
    {
        var http = context.Transaction.GetHttpRequest()!.HttpContext;
        if (await applications.FindByClientIdAsync(token.Issuer, context.CancellationToken) is not Application application)
        {
            return false;
        }

        var candidates = await keys.FindAsync(application, token.Kid, UnitOfWorkMiddleware.OriginOf(http.Connection.RemoteIpAddress), context.CancellationToken);
        var result = await Handler.ValidateTokenAsync(token, new TokenValidationParameters
        {
            IssuerSigningKeys = candidates,
            TryAllIssuerSigningKeys = true,
            RequireSignedTokens = true,
            ValidAlgorithms = ClientKeys.Algorithms,
            // What it claims was checked before, by the server's clock.
            ValidateIssuer = false,
            ValidateAudience = false,
            ValidateLifetime = false,
        });
        return result.IsValid;
    }

    /// <summary>The issuer, with and without a slash at its end, the token endpoint, and the endpoint that is asked.</summary>
    private static List<string> ListAudiences(ProcessAuthenticationContext context)
    {
        var issuer = (context.Options.Issuer ?? context.BaseUri)!.AbsoluteUri.TrimEnd('/');
        return
        [
            issuer,
            issuer + "/",
            .. context.Options.TokenEndpointUris.Select(address => $"{issuer}/{address.OriginalString.TrimStart('/')}"),
            context.RequestUri!.GetLeftPart(UriPartial.Path),
        ];
    }

    private static void Reject(ProcessAuthenticationContext context, string problem)
        => context.Reject(Errors.InvalidClient, "The client assertion was refused. " + problem);
}
