using Microsoft.AspNetCore;
using OpenIddict.Client;
using static OpenIddict.Client.OpenIddictClientEvents;
using static OpenIddict.Client.OpenIddictClientHandlers;

namespace Identity.Server.Accounts.Providers;

/// <summary>
/// Contains the logic responsible for telling the page what was remembered of the person who comes back, once it is certain that the
/// state is this browser's own, new, and came to where it should: until then it could be anybody's.
/// </summary>
internal sealed class NoteReturn : IOpenIddictClientHandler<ProcessAuthenticationContext>
{
    /// <summary>Gets the descriptor of the handler.</summary>
    public static OpenIddictClientHandlerDescriptor Descriptor { get; } =
        OpenIddictClientHandlerDescriptor.CreateBuilder<ProcessAuthenticationContext>()
            .AddFilter<OpenIddictClientHandlerFilters.RequireStateTokenPrincipal>()
            .AddFilter<OpenIddictClientHandlerFilters.RequireStateTokenValidated>()
            .UseSingletonHandler<NoteReturn>()
            .SetOrder(ValidateEndpointUri.Descriptor.Order + 500)
            .SetType(OpenIddictClientHandlerType.Custom)
            .Build();

    /// <inheritdoc/>
    public ValueTask HandleAsync(ProcessAuthenticationContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        context.Transaction.GetHttpRequest()?.HttpContext.Features.Set(ExternalReturn.Read(context.Properties));
        return ValueTask.CompletedTask;
    }
}
