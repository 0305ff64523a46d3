namespace Identity.Server.Accounts.Providers;

/// <summary>Names <c>Texts.resx</c>, which holds what the pages of this folder say.</summary>
internal sealed class Texts;
