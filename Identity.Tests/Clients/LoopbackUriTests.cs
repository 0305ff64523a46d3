using Identity.Server.Clients;
using NUnit.Framework;

namespace Identity.Tests.Clients;

internal sealed class LoopbackUriTests
{
    [TestCase("http://localhost/cb", "http://localhost:1234/cb", true)]
    [TestCase("http://localhost:8080/cb", "http://localhost:1234/cb", true)]
    [TestCase("http://127.0.0.1:8080/", "http://127.0.0.1/", true)]
    [TestCase("http://[::1]/cb?a=b", "http://[::1]:65535/cb?a=b", true)]
    [TestCase("http://LOCALHOST/cb", "http://localhost/cb", true)]
    [TestCase("http://localhost/cb", "http://127.0.0.1/cb", false)]
    [TestCase("http://localhost/cb", "http://localhost/other", false)]
    [TestCase("http://localhost/cb", "http://localhost/cb?a=b", false)]
    [TestCase("http://localhost/cb", "http://localhost/CB", false)]
    [TestCase("http://localhost/cb", "http://localhost/x/../cb", false)]
    [TestCase("http://localhost", "http://localhost/", false)]
    public void Two_are_the_same_but_for_the_port(string registered, string requested, bool same)
    {
        Assert.That(LoopbackUri.TryParse(registered, out var first), Is.True);
        Assert.That(LoopbackUri.TryParse(requested, out var second), Is.True);
        Assert.That(first == second, Is.EqualTo(same));
    }

    [TestCase("https://localhost/cb")]
    [TestCase("http://localhost:0/cb")]
    [TestCase("http://localhost:65536/cb")]
    [TestCase("http://localhost:/cb")]
    [TestCase("http://localhost.example/cb")]
    [TestCase("http://localhost@evil.example/cb")]
    [TestCase("http://evil.example/http://localhost/cb")]
    [TestCase("http://localhost:80@evil.example/cb")]
    [TestCase("http://localhost\\@evil.example/cb")]
    [TestCase("http://127.0.0.2/cb")]
    [TestCase("http://0/cb")]
    [TestCase("http://localhost/cb\n")]
    public void Anything_else_is_not_loopback(string uri) => Assert.That(LoopbackUri.TryParse(uri, out _), Is.False);
}
