using Identity.Server.Tokens.Grants;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Identity.Server.Device.Polling;

/// <summary>
/// Contains the logic responsible for telling a device that its user did not agree in time, or to ask less often (RFC 8628, section 3.5);
/// OpenIddict tells it everything else.
/// </summary>
internal sealed class AnswerPolling(IOpenIddictTokenManager tokens, PollingPace pace) : IOpenIddictServerHandler<ValidateTokenContext>
{
    /// <summary>Gets the descriptor of the handler, which runs once the code is known to be the client's own.</summary>
    public static OpenIddictServerHandlerDescriptor Descriptor { get; } =
        OpenIddictServerHandlerDescriptor.CreateBuilder<ValidateTokenContext>()
            .AddFilter<OpenIddictServerHandlerFilters.RequireTokenRequest>()
            .AddFilter<OpenIddictServerHandlerFilters.RequireTokenIdResolved>()
            .UseSingletonHandler<AnswerPolling>()
            .SetOrder(RejectForeignGrants.Descriptor.Order + 100)
            .SetType(OpenIddictServerHandlerType.Custom)
            .Build();

    /// <inheritdoc/>
    public async ValueTask HandleAsync(ValidateTokenContext context)
    {
        if (!context.Principal!.HasTokenType(TokenTypeIdentifiers.Private.DeviceCode)
            || await tokens.FindByIdAsync(context.TokenId!, context.CancellationToken) is not { } code
            || !await tokens.HasStatusAsync(code, Statuses.Inactive, context.CancellationToken))
        {
            return;
        }

        if (await tokens.GetCreationDateAsync(code, context.CancellationToken) + PollingPace.UserCodeLifetime <= context.Options.TimeProvider.GetUtcNow())
        {
            context.Reject(Errors.ExpiredToken, "The user did not enter the code in time; begin anew.");
        }
        else if (pace.IsTooFast(context.TokenId!))
        {
            context.Reject(Errors.SlowDown, $"Wait {PollingPace.Interval.TotalSeconds} seconds longer between two requests from now on.");
        }
    }
}
