using Microsoft.Extensions.Options;

namespace Identity.Server.Accounts.Providers;

/// <summary>Whether people may sign in with a password: section <c>Identity:LocalAccounts</c>.</summary>
internal sealed class LocalAccountsOptions
{
    /// <summary>The section that holds them.</summary>
    public const string Section = "Identity:LocalAccounts";

    /// <summary>Without it, passwords open nothing, and the sign-in page goes to the one provider where there is one only.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Keeps the server from shutting everybody out.</summary>
    internal sealed class OthersExist(IOptions<ProvidersOptions> providers) : IValidateOptions<LocalAccountsOptions>
    {
        public ValidateOptionsResult Validate(string? name, LocalAccountsOptions options)
            => options.Enabled || providers.Value.IsAny
                ? ValidateOptionsResult.Success
                : ValidateOptionsResult.Fail(
                    $"{Section}:{nameof(Enabled)} is 'False', which is not allowed: nobody could sign in. Allowed: true, or false with a provider under {ProvidersOptions.Section}.");
    }
}
