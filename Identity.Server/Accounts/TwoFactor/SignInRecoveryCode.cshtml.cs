using Microsoft.Extensions.Localization;

namespace Identity.Server.Accounts.TwoFactor;

/// <summary>Asks for a recovery code in place of the authenticator application's.</summary>
internal sealed class SignInRecoveryCodeModel(
    SecondFactor secondFactor, SignInCompletion signIn, SignInAddress addresses, IStringLocalizer<Texts> text)
    : SignInStepModel(signIn, addresses, text)
{
    /// <inheritdoc/>
    protected override string Wrong => "SignIn.WrongRecoveryCode";

    /// <inheritdoc/>
    protected override Task<(bool Succeeded, bool IsLockedOut)> CheckAsync(SecondStep step, string code, CancellationToken cancellationToken)
        => secondFactor.CheckRecoveryCodeAsync(step.User, code, cancellationToken);
}
