using Identity.Server.Accounts.Passwords;
using NUnit.Framework;

namespace Identity.Tests.Accounts.Passwords;

internal sealed class CommonPasswordsTests
{
    [TestCase("password")]
    [TestCase("Password1!")]
    [TestCase("P@ssw0rd2024")]
    [TestCase("123welcome")]
    [TestCase("qwertyuiop")]
    [TestCase("1qaz2wsx")]
    [TestCase("12345678")]
    [TestCase("1234567890")]
    [TestCase("87654321")]
    [TestCase("abcdefghij")]
    [TestCase("aaaaaaaaaa")]
    [TestCase("abababab")]
    [TestCase("12341234")]
    public void What_is_tried_first_is_known(string password) => Assert.That(CommonPasswords.Contains(password), Is.True);

    [TestCase("quiet-river-lamp")]
    [TestCase("welcome to the pleasure")]
    [TestCase("my password is long")]
    [TestCase("31415926535")]
    [TestCase("x")]
    [TestCase("")]
    public void What_somebody_made_up_is_not(string password) => Assert.That(CommonPasswords.Contains(password), Is.False);
}
