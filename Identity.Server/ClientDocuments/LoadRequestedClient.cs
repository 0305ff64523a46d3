using Identity.Server.ClientDocuments.Authentication;
using Microsoft.AspNetCore;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;
using static OpenIddict.Server.OpenIddictServerHandlers;

namespace Identity.Server.ClientDocuments;

/// <summary>Contains the logic responsible for finding the client of a request to the authorization endpoint, before it is asked for anywhere.</summary>
internal sealed class LoadAuthorizingClient(ClientDocumentLoader documents) : IOpenIddictServerHandler<ValidateAuthorizationRequestContext>
{
    /// <summary>Gets the descriptor of the handler, which runs before all of OpenIddict's own.</summary>
    public static OpenIddictServerHandlerDescriptor Descriptor { get; } =
        OpenIddictServerHandlerDescriptor.CreateBuilder<ValidateAuthorizationRequestContext>()
            .UseScopedHandler<LoadAuthorizingClient>()
            .SetOrder(int.MinValue + 50_000)
            .SetType(OpenIddictServerHandlerType.Custom)
            .Build();

    /// <inheritdoc/>
    public ValueTask HandleAsync(ValidateAuthorizationRequestContext context)
        => documents.LoadAsync(context.Request.ClientId, ClientPurpose.Begin, context.Transaction.GetHttpRequest()!.HttpContext);
}

/// <summary>Contains the logic responsible for finding the client of a request to any other endpoint, before it is authenticated.</summary>
internal sealed class LoadRequestedClient(ClientDocumentLoader documents, RequestedClients requested) : IOpenIddictServerHandler<ProcessAuthenticationContext>
{
    /// <summary>Gets the descriptor of the handler, which runs once the tokens of the request are known, and before the first is looked at.</summary>
    public static OpenIddictServerHandlerDescriptor Descriptor { get; } =
        OpenIddictServerHandlerDescriptor.CreateBuilder<ProcessAuthenticationContext>()
            .UseScopedHandler<LoadRequestedClient>()
            .SetOrder(ValidateRequiredTokens.Descriptor.Order + 250)
            .SetType(OpenIddictServerHandlerType.Custom)
            .Build();

    /// <inheritdoc/>
    public async ValueTask HandleAsync(ProcessAuthenticationContext context)
    {
        var hasProof = !string.IsNullOrEmpty(context.ClientAssertion);
        var purpose = context.EndpointType is OpenIddictServerEndpointType.PushedAuthorization or OpenIddictServerEndpointType.DeviceAuthorization ? ClientPurpose.Begin
            : hasProof ? ClientPurpose.ContinueWithProof
            : ClientPurpose.Continue;
        var clientId = context.ClientId is { Length: > 0 } ? context.ClientId : ClientAssertion.Read(context.ClientAssertion)?.Issuer;
        await documents.LoadAsync(clientId, purpose, context.Transaction.GetHttpRequest()!.HttpContext);

        // A client with both methods chooses at each request.
        if (hasProof && requested.Find(clientId) is { Application: { } application, Document.Value: { } document })
        {
            ClientAssertion.Expect(application, document);
        }
    }
}
