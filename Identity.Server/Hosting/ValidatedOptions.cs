using System.Collections;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Identity.Server.Hosting;

/// <summary>
/// Binds a section to its options class and checks it at start: each error names the key (or the environment variable), the
/// value and what is allowed.
/// </summary>
/// <typeparam name="TOptions">The options class; the error messages of its data annotations say what is allowed.</typeparam>
internal sealed class ValidatedOptions<TOptions>(IConfiguration configuration, string section)
    : IConfigureNamedOptions<TOptions>, IValidateOptions<TOptions>
    where TOptions : class
{
    /// <inheritdoc />
    public void Configure(TOptions options) => Configure(Options.DefaultName, options);

    /// <inheritdoc />
    public void Configure(string? name, TOptions options)
    {
        // The binder's own exception would name neither the variable nor what is allowed.
        var failures = Unreadable().ToList();
        if (failures.Count > 0)
        {
            throw new OptionsValidationException(Options.DefaultName, typeof(TOptions), failures);
        }

        configuration.GetSection(section).Bind(options);
    }

    /// <inheritdoc />
    public ValidateOptionsResult Validate(string? name, TOptions options)
    {
        var failures = Invalid(options).ToList();
        return failures.Count > 0 ? ValidateOptionsResult.Fail(failures) : ValidateOptionsResult.Success;
    }

    private IEnumerable<string> Unreadable()
    {
        foreach (var property in typeof(TOptions).GetProperties().Where(property => property.CanWrite))
        {
            var key = $"{section}:{property.Name}";
            var target = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
            if (configuration[key] is { Length: > 0 } value && !CanRead(target, value))
            {
                yield return Describe(key, Form(target));
            }
        }
    }

    private IEnumerable<string> Invalid(TOptions options)
    {
        var results = new List<ValidationResult>();
        Validator.TryValidateObject(options, new ValidationContext(options), results, validateAllProperties: true);
        foreach (var result in results)
        {
            foreach (var member in result.MemberNames)
            {
                yield return Describe($"{section}:{member}", result.ErrorMessage!);
            }
        }
    }

    private string Describe(string key, string allowed)
        => OAuthEnvironmentVariables.FindOrigin(configuration, key) is { } origin
            ? $"{origin.Variable} is '{origin.Value}', which is not allowed. Allowed: {(origin.IsSeconds ? "a whole number of seconds; " : "")}{allowed}."
            : $"{key} is '{configuration[key]}', which is not allowed. Allowed: {allowed}.";

    private static bool CanRead(Type type, string value)
    {
        // A bare number would be read as days, which nobody means who writes 3600.
        if (type == typeof(TimeSpan) && long.TryParse(value, out var number) && number is not 0)
        {
            return false;
        }

        try
        {
            return TypeDescriptor.GetConverter(type).ConvertFromInvariantString(value) is not null;
        }
        catch (Exception exception) when (exception is FormatException or ArgumentException or NotSupportedException or OverflowException)
        {
            return false;
        }
    }

    private static string Form(Type type)
        => type == typeof(TimeSpan) ? "a time as hours:minutes:seconds or days.hours:minutes:seconds, such as 24:00:00 or 90.00:00:00"
        : type == typeof(bool) ? "true or false"
        : typeof(IEnumerable).IsAssignableFrom(type) ? "a list, each value under a number of its own: …:0, …:1"
        : type.IsEnum ? string.Join(", ", Enum.GetNames(type))
        : type.IsPrimitive ? "a number"
        : $"a {type.Name}";
}

/// <summary>Registration of options that are checked at start.</summary>
internal static class ValidatedOptionsExtensions
{
    /// <summary>Binds a section and has it checked before anything is started or written.</summary>
    /// <typeparam name="TOptions">The options class.</typeparam>
    /// <param name="services">The services.</param>
    /// <param name="configuration">The whole configuration.</param>
    /// <param name="section">The section's path, such as <c>Identity:Tokens</c>.</param>
    /// <returns>The builder, for checks that concern more than one class.</returns>
    public static OptionsBuilder<TOptions> AddValidatedOptions<TOptions>(this IServiceCollection services, IConfiguration configuration, string section)
        where TOptions : class
    {
        var options = new ValidatedOptions<TOptions>(configuration, section);
        services.AddSingleton<IConfigureOptions<TOptions>>(options);
        services.AddSingleton<IValidateOptions<TOptions>>(options);
        return services.AddOptions<TOptions>().ValidateOnStart();
    }
}
