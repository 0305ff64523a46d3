using Microsoft.Extensions.Localization;

namespace Identity.Server.Accounts.TwoFactor;

/// <summary>Asks for the code of the authenticator application.</summary>
internal sealed class SignInAuthenticatorModel(
    SecondFactor secondFactor, SignInCompletion signIn, SignInAddress addresses, IStringLocalizer<Texts> text)
    : SignInStepModel(signIn, addresses, text)
{
    internal const string Route = "/account/sign-in/authenticator";

    /// <inheritdoc/>
    protected override string Wrong => "SignIn.WrongCode";

    /// <inheritdoc/>
    protected override Task<(bool Succeeded, bool IsLockedOut)> CheckAsync(SecondStep step, string code, CancellationToken cancellationToken)
        => secondFactor.CheckCodeAsync(step.User, code, cancellationToken);
}
