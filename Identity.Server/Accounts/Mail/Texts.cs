namespace Identity.Server.Accounts.Mail;

/// <summary>Names <c>Texts.resx</c>, which holds what is written in mails.</summary>
internal sealed class Texts;
