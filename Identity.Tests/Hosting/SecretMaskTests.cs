using Identity.Server.Hosting;

namespace Identity.Tests.Hosting;

internal sealed class SecretMaskTests
{
    private const string Secret = "n8Xk-Zq_41vT0wLrYb7Hc2Md9Pf6Gs3Ja5Ue-Ri_Ox1";

    [TestCase($"?code={Secret}&state=x", "?code=n8Xk[masked]&state=x")]
    [TestCase($"Bearer {Secret}.{Secret}.{Secret}\n", "Bearer n8Xk[masked].n8Xk[masked].n8Xk[masked]\n")]
    [TestCase($"{{\"code_verifier\": \"{Secret}\"}}", "{\"code_verifier\": \"n8Xk[masked]\"}")]
    [TestCase("QWxhZGRpbkFsYWRkaW5BbGFkZGluQWxhZGRpbkFs", "QWxh[masked]")]
    public void Long_runs_of_random_characters_are_masked(string text, string expected) => Assert.That(SecretMask.Apply(text), Is.EqualTo(expected));

    [TestCase("Microsoft.AspNetCore.Mvc.ViewFeatures.Filters.AutoValidateAntiforgeryTokenAuthorizationFilter[1]")]
    [TestCase("'/var/lib/identity/keys/data-protection-key-ff5ff123-15a8-4f90-88b3-2b893ca67883-3b04ab8c.xml'")]
    [TestCase("Connection G3o0c2Xb0YVZ6E1u9PqT4A was ended and 2 of its tokens revoked")]
    [TestCase("trace 4bf92f3577b34da6a3ce929d0e0e4736, span 00f067aa0ba902b7")]
    [TestCase("urn:ietf:params:oauth:token-type:refresh_token")]
    [TestCase("   at System.Runtime.CompilerServices.AsyncTaskMethodBuilder`1.AsyncStateMachineBox`1.ExecutionContextCallback(Object s)")]
    public void Names_identifiers_and_numbers_stay_as_they_are(string text) => Assert.That(SecretMask.Apply(text), Is.EqualTo(text));
}
