using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Localization;

namespace Identity.Server.Accounts;

/// <summary>What ASP.NET Core Identity refuses, in the words of this server's pages.</summary>
internal sealed class AccountErrors(IStringLocalizer<Texts> text) : IdentityErrorDescriber
{
    /// <inheritdoc/>
    public override IdentityError ConcurrencyFailure() => new() { Code = nameof(ConcurrencyFailure), Description = text["Account.Changed"] };

    /// <inheritdoc/>
    public override IdentityError DuplicateUserName(string userName) => new() { Code = nameof(DuplicateUserName), Description = text["UserName.Taken"] };

    /// <inheritdoc/>
    public override IdentityError InvalidUserName(string? userName) => new() { Code = nameof(InvalidUserName), Description = text["UserName.Invalid"] };

    /// <inheritdoc/>
    public override IdentityError InvalidEmail(string? email) => new() { Code = nameof(InvalidEmail), Description = text["Email.Wrong"] };

    /// <inheritdoc/>
    public override IdentityError PasswordTooShort(int length) => new() { Code = nameof(PasswordTooShort), Description = text["Password.TooShort", length] };

    /// <inheritdoc/>
    public override IdentityError PasswordRequiresUniqueChars(int uniqueChars)
        => new() { Code = nameof(PasswordRequiresUniqueChars), Description = text["Password.FewCharacters", uniqueChars] };
}
