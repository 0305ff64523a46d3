using Identity.Server.Hosting;
using Identity.Server.Tokens;
using Microsoft.Extensions.Options;
using Quartz;

namespace Identity.Server.Maintenance;

/// <summary>Jobs that keep the directory and the memory small.</summary>
internal static class MaintenanceExtensions
{
    /// <summary>Adds the jobs and their schedule.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configuration">The whole configuration.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddMaintenance(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddValidatedOptions<MaintenanceOptions>(configuration, MaintenanceOptions.Section);
        services.AddSingleton<IValidateOptions<MaintenanceOptions>, KeepsSpentTokens>();
        services.AddScoped<PruningJob>();
        services.AddQuartz(quartz =>
        {
            // When it runs goes by the machine's clock; what is old goes by the one that tests move.
            quartz.UseTimeProvider(TimeProvider.System);
            quartz.ScheduleJob<PruningJob>((provider, trigger) =>
            {
                var options = provider.GetRequiredService<IOptions<MaintenanceOptions>>().Value;
                trigger.StartAt(TimeProvider.System.GetUtcNow() + options.InitialDelay)
                    .WithSimpleSchedule(schedule => schedule.WithInterval(options.Interval).RepeatForever());
            });
        });
        services.AddQuartzHostedService(options =>
        {
            // Nothing that a request needs: it comes after the first of them can be answered.
            options.AwaitApplicationStarted = true;
            options.WaitForJobsToComplete = true;
        });
        return services;
    }

    private sealed class KeepsSpentTokens(IOptions<TokenOptions> tokens) : IValidateOptions<MaintenanceOptions>
    {
        public ValidateOptionsResult Validate(string? name, MaintenanceOptions options)
            => options.MinimumTokenLifespan is { } lifespan && lifespan < tokens.Value.RefreshTokenLifetime
                ? ValidateOptionsResult.Fail(
                    $"{MaintenanceOptions.Section}:{nameof(options.MinimumTokenLifespan)} is '{lifespan}', which is not allowed: spent refresh tokens are " +
                    $"needed until they expire, to recognise their reuse. Allowed: {tokens.Value.RefreshTokenLifetime} (Identity:Tokens:RefreshTokenLifetime) or more.")
                : ValidateOptionsResult.Success;
    }
}
