using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Identity.Server.Accounts.Passwords;

/// <summary>A page of this folder, whose words it uses, on which somebody chooses another password.</summary>
internal abstract class NewPasswordPageModel : PageModel
{
    [BindProperty]
    [Required(ErrorMessage = "Password.Missing")]
    [MaxLength(PasswordPolicyOptions.MaximumLength, ErrorMessage = "Password.TooLong")]
    public string Password { get; set; } = string.Empty;

    [BindProperty]
    [Compare(nameof(Password), ErrorMessage = "Password.Differs")]
    public string? Confirmation { get; set; }

    /// <summary>Whether connections end with the former one.</summary>
    [BindProperty]
    public bool Disconnect { get; set; }
}
