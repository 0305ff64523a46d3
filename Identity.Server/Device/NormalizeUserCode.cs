using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Identity.Server.Device;

/// <summary>Contains the logic responsible for taking user codes in lower case, too; OpenIddict ignores whatever else people put between the letters.</summary>
internal sealed class NormalizeUserCode : IOpenIddictServerHandler<ExtractEndUserVerificationRequestContext>
{
    /// <summary>Gets the descriptor of the handler, which runs last.</summary>
    public static OpenIddictServerHandlerDescriptor Descriptor { get; } =
        OpenIddictServerHandlerDescriptor.CreateBuilder<ExtractEndUserVerificationRequestContext>()
            .UseSingletonHandler<NormalizeUserCode>()
            .SetOrder(int.MaxValue - 1_000)
            .SetType(OpenIddictServerHandlerType.Custom)
            .Build();

    /// <inheritdoc/>
    public ValueTask HandleAsync(ExtractEndUserVerificationRequestContext context)
    {
        if (context.Request is { UserCode.Length: > 0 } request)
        {
            request.UserCode = request.UserCode.ToUpperInvariant();
        }

        return ValueTask.CompletedTask;
    }
}
