using System.ComponentModel.DataAnnotations;

namespace Identity.Server.Accounts.Passwords;

/// <summary>What a password must be: section <c>Identity:Passwords</c>.</summary>
internal sealed class PasswordPolicyOptions
{
    /// <summary>The section that holds them.</summary>
    public const string Section = "Identity:Passwords";

    /// <summary>How many characters anybody may use: more would only cost time.</summary>
    public const int MaximumLength = 256;

    /// <summary>How many characters it has at least.</summary>
    [Range(8, 128, ErrorMessage = "from 8 to 128")]
    public int MinimumLength { get; set; } = 8;
}
