namespace Identity.Server.Accounts.Mail;

/// <summary>A mail in plain text.</summary>
/// <param name="Recipient">The address that it goes to.</param>
/// <param name="Subject">What it is about.</param>
/// <param name="Body">What it says.</param>
internal sealed record Letter(string Recipient, string Subject, string Body);
