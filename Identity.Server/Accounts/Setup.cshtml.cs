using System.ComponentModel.DataAnnotations;
using Identity.Server.Pages;
using Identity.Stores.FileSystem.Models;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Identity.Server.Accounts;

/// <summary>Creates the first account, for whoever holds the address that the console printed.</summary>
internal sealed partial class SetupModel(
    FirstAccountLink link,
    UserManager<User> users,
    SignInCompletion signIn,
    GivenAnswers answers,
    TimeProvider time,
    ILogger<SetupModel> logger) : PageModel
{
    internal const string Route = "/account/setup";

    [BindProperty(SupportsGet = true, Name = "token")]
    public string? Token { get; set; }

    [BindProperty]
    [Required(ErrorMessage = "UserName.New.Missing")]
    [MaxLength(64, ErrorMessage = "UserName.New.TooLong")]
    public string UserName { get; set; } = string.Empty;

    [BindProperty]
    [EmailAddress(ErrorMessage = "Email.Wrong")]
    [MaxLength(254, ErrorMessage = "Email.TooLong")]
    public string? Email { get; set; }

    [BindProperty]
    [Required(ErrorMessage = "Password.New.Missing")]
    [MaxLength(256, ErrorMessage = "Password.TooLong")]
    public string Password { get; set; } = string.Empty;

    [BindProperty]
    [Compare(nameof(Password), ErrorMessage = "Password.Differs")]
    public string? Confirmation { get; set; }

    /// <summary>Whether the address still works.</summary>
    public bool IsOpen { get; private set; }

    public IActionResult OnGet()
    {
        ModelState.Clear();
        return Show();
    }

    public async Task<IActionResult> OnPostAsync(CancellationToken cancellationToken)
    {
        if (!ModelState.IsValid)
        {
            return Show();
        }

        var user = new User
        {
            UserName = UserName,
            Email = string.IsNullOrWhiteSpace(Email) ? null : Email,
            IsAdministrator = true,
            CreationDate = time.GetUtcNow(),
        };

        var question = GivenAnswers.NameOf(Route, Token ?? string.Empty, UserName, Password);
        var result = await link.UseAsync(Token, () => CreateAsync(user, question), cancellationToken);
        if (result is null && answers.Find(question) is { } created && await users.FindByIdAsync(created) is { } first)
        {
            // A second click, which waited for the first.
            return await signIn.CompleteAsync(first, returnUrl: null, method: "pwd");
        }

        if (result is not { Succeeded: true })
        {
            if (result is not null)
            {
                ModelState.Add(result);
            }

            return Show();
        }

        Log.FirstAccountCreated(logger, user.Id);
        return await signIn.CompleteAsync(user, returnUrl: null, method: "pwd");
    }

    private async Task<IdentityResult> CreateAsync(User user, string question)
    {
        var result = await users.CreateAsync(user, Password);
        if (result.Succeeded)
        {
            answers.Add(question, user.Id);
        }

        return result;
    }

    private PageResult Show()
    {
        IsOpen = link.Accepts(Token);
        return this.Show(!IsOpen ? StatusCodes.Status404NotFound
            : ModelState.IsValid ? StatusCodes.Status200OK
            : StatusCodes.Status400BadRequest);
    }

    private static partial class Log
    {
        [LoggerMessage(4003, LogLevel.Information, "The first account was created: {UserId}, an administrator")]
        public static partial void FirstAccountCreated(ILogger logger, string userId);
    }
}
