using Identity.Stores.FileSystem.Models;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Localization;
using Microsoft.Extensions.Options;

namespace Identity.Server.Accounts.Passwords;

/// <summary>
/// Refuses passwords that somebody would try first, as NIST SP 800-63B has it: what is common, and what the person is called. There are no
/// rules about kinds of characters, which make passwords alike.
/// </summary>
internal sealed class PasswordPolicy(IOptions<PasswordPolicyOptions> options, IStringLocalizer<Texts> text) : IPasswordValidator<User>
{
    private const int ShortestName = 3;

    /// <inheritdoc/>
    public Task<IdentityResult> ValidateAsync(UserManager<User> manager, User user, string? password)
    {
        ArgumentNullException.ThrowIfNull(user);
        var problem = password is null ? null
            : password.Length > PasswordPolicyOptions.MaximumLength ? "Password.TooLong"
            : CommonPasswords.Contains(password) ? "Password.Common"
            : NamesOf(user).Any(name => RestsOn(password, name)) ? "Password.Name"
            : null;
        return Task.FromResult(problem is null
            ? IdentityResult.Success
            : IdentityResult.Failed(new IdentityError { Code = problem, Description = text[problem] }));
    }

    // Whoever puts a name into a long sentence has chosen the rest of it.
    private bool RestsOn(string password, string name)
        => password.Contains(name, StringComparison.OrdinalIgnoreCase)
        && password.Replace(name, "", StringComparison.OrdinalIgnoreCase).Length < options.Value.MinimumLength;

    private static IEnumerable<string> NamesOf(User user)
        => new[] { user.UserName, user.DisplayName, user.Email, user.Email?.Split('@')[0] }.OfType<string>().Where(name => name.Length >= ShortestName);
}
