using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Identity.Server.Hosting;

/// <summary>
/// Writes log entries as another formatter does, with secrets masked. Below the level of warnings ASP.NET Core and OpenIddict log
/// requests and tokens as they are.
/// </summary>
internal sealed class MaskingFormatter(ConsoleFormatter inner) : ConsoleFormatter(inner.Name), IDisposable
{
    /// <inheritdoc />
    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        inner.Write(logEntry, scopeProvider, text);
        textWriter.Write(SecretMask.Apply(text.ToString()));
    }

    /// <inheritdoc />
    public void Dispose() => (inner as IDisposable)?.Dispose();
}

/// <summary>Registration of the formatter.</summary>
internal static class MaskingFormatterExtensions
{
    /// <summary>Puts it around every format that the console can have.</summary>
    /// <param name="services">The services, the console's among them.</param>
    public static void MaskConsole(this IServiceCollection services)
    {
        foreach (var formatter in services.Where(service => service.ServiceType == typeof(ConsoleFormatter)).ToList())
        {
            services.Remove(formatter);
            services.AddSingleton<ConsoleFormatter>(provider =>
                new MaskingFormatter((ConsoleFormatter)ActivatorUtilities.CreateInstance(provider, formatter.ImplementationType!)));
        }
    }
}
