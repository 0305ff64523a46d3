using Identity.Server.Hosting;
using OpenIddict.Server;
using OpenIddict.Server.AspNetCore;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Identity.Server.Discovery;

/// <summary>
/// Without a configured issuer the address by which the server was asked is the issuer: this takes the slash from its end, as
/// <see cref="IdentityServerOptions.GetIssuer"/> does for a configured one.
/// </summary>
internal sealed class AttachLoopbackIssuer : IOpenIddictServerHandler<ProcessRequestContext>
{
    /// <summary>Runs once the address of the request is known.</summary>
    public static OpenIddictServerHandlerDescriptor Descriptor { get; } = OpenIddictServerHandlerDescriptor.CreateBuilder<ProcessRequestContext>()
        .UseSingletonHandler<AttachLoopbackIssuer>()
        .SetOrder(OpenIddictServerAspNetCoreHandlers.ResolveRequestUri.Descriptor.Order + 500)
        .SetType(OpenIddictServerHandlerType.Custom)
        .Build();

    /// <inheritdoc />
    public ValueTask HandleAsync(ProcessRequestContext context)
    {
        if (context is { BaseUri: { IsAbsoluteUri: true } address, Options.Issuer: null })
        {
            context.BaseUri = LiteralUri.Create(address.AbsoluteUri.TrimEnd('/'));
        }

        return ValueTask.CompletedTask;
    }
}

/// <summary>
/// A token issued under one spelling of loopback (<c>localhost</c>, <c>127.0.0.1</c>, <c>[::1]</c>) is accepted under the others: it is
/// the same server, and only this machine reaches it.
/// </summary>
internal sealed class AcceptLoopbackIssuers : IOpenIddictServerHandler<ValidateTokenContext>
{
    /// <summary>Runs once OpenIddict has said which issuers it accepts.</summary>
    public static OpenIddictServerHandlerDescriptor Descriptor { get; } = OpenIddictServerHandlerDescriptor.CreateBuilder<ValidateTokenContext>()
        .UseSingletonHandler<AcceptLoopbackIssuers>()
        .SetOrder(OpenIddictServerHandlers.Protection.ResolveTokenValidationParameters.Descriptor.Order + 500)
        .SetType(OpenIddictServerHandlerType.Custom)
        .Build();

    /// <inheritdoc />
    public ValueTask HandleAsync(ValidateTokenContext context)
    {
        if (context is { BaseUri: { IsAbsoluteUri: true } address, Options.Issuer: null, TokenValidationParameters: { ValidateIssuer: true } parameters })
        {
            parameters.ValidIssuers = [.. LoopbackHost.Names.Select(name => $"{address.Scheme}://{name}:{address.Port}")];
        }

        return ValueTask.CompletedTask;
    }
}
