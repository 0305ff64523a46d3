using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.Logging.Console;

namespace Identity.Server.Hosting;

/// <summary>Begins an application: where its settings come from, where it listens unless told otherwise, what it logs.</summary>
internal static class IdentityHost
{
    /// <summary>What counts where nothing else is set: any other source of configuration overrides it.</summary>
    private static readonly Dictionary<string, string?> Defaults = new()
    {
        ["Logging:LogLevel:Default"] = "Information",
        ["Logging:LogLevel:Microsoft"] = "Warning",
        ["Logging:LogLevel:OpenIddict"] = "Warning",
        ["Logging:LogLevel:Quartz"] = "Warning",
        // That keys are not encrypted at rest is known and documented; their files are as private as the directory.
        ["Logging:LogLevel:Microsoft.AspNetCore.DataProtection"] = "Error",
    };

    // What these report while the server starts is told in one line by whoever starts it.
    private static readonly string[] QuietWhileStarting = ["Microsoft.Extensions.Hosting.Internal.Host", "Microsoft.AspNetCore.Server.Kestrel"];

    /// <summary>Creates a builder.</summary>
    /// <param name="args">Host arguments, such as <c>--urls</c> or <c>--Identity:Issuer=…</c>.</param>
    /// <returns>The builder.</returns>
    public static WebApplicationBuilder CreateBuilder(string[] args)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            // Settings are read and checked once, at the start: nothing watches their files.
            Args = ["--hostBuilder:reloadConfigOnChange=false", .. args],
            ApplicationName = typeof(IdentityHost).Assembly.GetName().Name,
            // Pages and settings belong to the program, from wherever it is started.
            ContentRootPath = AppContext.BaseDirectory,
        });
        var defaults = new Dictionary<string, string?>(Defaults);
        if (!ListeningAddresses.AreConfigured(builder.Configuration))
        {
            defaults[WebHostDefaults.ServerUrlsKey] = ListeningAddresses.Default;
        }

        builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource { InitialData = defaults });
        builder.Configuration.Sources.Insert(1, new OAuthEnvironmentVariables());
        ConfigureLogging(builder);
        return builder;
    }

    private static void ConfigureLogging(WebApplicationBuilder builder)
    {
        builder.Logging.ClearProviders();
        // Before the console, whose own settings count more.
        builder.Services.Configure<SimpleConsoleFormatterOptions>(console =>
        {
            console.TimestampFormat = "yyyy-MM-ddTHH:mm:ssZ ";
            console.UseUtcTimestamp = true;
        });
        builder.Logging.AddConsole();
        builder.Services.PostConfigure<ConsoleLoggerOptions>(console => console.FormatterName ??= ConsoleFormatterNames.Simple);
        builder.Services.MaskConsole();
        builder.Services.AddSingleton<StartupProgress>();
        builder.Services.AddOptions<LoggerFilterOptions>().PostConfigure<StartupProgress>((filter, progress) =>
        {
            foreach (var category in QuietWhileStarting)
            {
                filter.Rules.Add(new LoggerFilterRule(null, category, LogLevel.Warning, (_, _, _) => progress.HasStarted));
            }
        });
    }
}

/// <summary>Whether the server has started; until then a failure is told once, by whoever starts it.</summary>
internal sealed class StartupProgress
{
    private volatile bool _hasStarted;

    /// <summary>True once requests are answered.</summary>
    public bool HasStarted => _hasStarted;

    /// <summary>Notes that the server has started.</summary>
    public void Complete() => _hasStarted = true;
}
