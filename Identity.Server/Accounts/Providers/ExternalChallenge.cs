using Microsoft.AspNetCore.Authentication;
using OpenIddict.Client.AspNetCore;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Identity.Server.Accounts.Providers;

/// <summary>The way to a provider, and what is remembered until the person comes back: in memory, in the state of the request.</summary>
internal static partial class ExternalChallenge
{
    /// <summary>Where the sign-in begins, with the provider and where to go on in the query.</summary>
    public const string Route = "/account/sign-in/external";

    /// <summary>Where a provider sends people back to.</summary>
    public static string CallbackRoute(string provider) => $"{Route}/{provider}";

    /// <summary>Answers the request with a redirect to the provider.</summary>
    /// <param name="context">The request.</param>
    /// <param name="provider">The provider.</param>
    /// <param name="state">What is remembered meanwhile.</param>
    /// <returns>False where the provider cannot be reached; nothing was answered then.</returns>
    public static async Task<bool> BeginAsync(HttpContext context, ExternalProvider provider, ExternalReturn state)
    {
        var properties = new AuthenticationProperties(state.ToItems());

        // Whoever is signed in here and is asked again, is to prove it there again. Google has no such question: people choose the account.
        if (provider.Name is not ExternalProvider.Google && await Session.FindAsync(context) is not null)
        {
            properties.SetParameter(Parameters.Prompt, PromptValues.Login);
        }
        else if (provider.Name is ExternalProvider.Microsoft)
        {
            properties.SetParameter(Parameters.Prompt, PromptValues.SelectAccount);
        }

        await context.ChallengeAsync(OpenIddictClientAspNetCoreDefaults.AuthenticationScheme, properties);
        if (context.Features.Get<ChallengeFailure>() is not { } failure)
        {
            return true;
        }

        Log.Unreachable(GetLogger(context), provider.Name, failure.Error, failure.Description);
        context.Response.Clear();
        return false;
    }

    /// <summary>Writes down why a provider's answer was not taken.</summary>
    public static void LogRefusal(HttpContext context, string provider, AuthenticationProperties? properties) => Log.Refused(
        GetLogger(context),
        provider,
        Find(properties, OpenIddictClientAspNetCoreConstants.Properties.Error),
        Find(properties, OpenIddictClientAspNetCoreConstants.Properties.ErrorDescription));

    private static string? Find(AuthenticationProperties? properties, string item)
        => properties is not null && properties.Items.TryGetValue(item, out var value) ? value : null;

    private static ILogger GetLogger(HttpContext context)
        => context.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(ExternalChallenge).FullName!);

    private static partial class Log
    {
        [LoggerMessage(4108, LogLevel.Warning, "The sign-in through {Provider} could not begin: {Error}, {Description}")]
        public static partial void Unreachable(ILogger logger, string provider, string? error, string? description);

        [LoggerMessage(4109, LogLevel.Information, "An answer of {Provider} was not taken: {Error}, {Description}")]
        public static partial void Refused(ILogger logger, string provider, string? error, string? description);
    }
}

/// <summary>Why the way to a provider could not be taken, as a feature of the request.</summary>
internal sealed record ChallengeFailure(string? Error, string? Description);
