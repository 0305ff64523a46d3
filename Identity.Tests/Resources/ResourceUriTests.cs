using Identity.Server.Resources;

namespace Identity.Tests.Resources;

internal sealed class ResourceUriTests
{
    [TestCase("https://mcp.example.com", ExpectedResult = true)]
    [TestCase("https://mcp.example.com/mcp?tenant=1", ExpectedResult = true)]
    [TestCase("HTTPS://MCP.example.com:8443/a@b", ExpectedResult = true)]
    [TestCase("http://localhost:3000/mcp", ExpectedResult = true)]
    [TestCase("http://127.0.0.1/", ExpectedResult = true)]
    [TestCase("http://[::1]:3000/mcp", ExpectedResult = true)]
    [TestCase("http://mcp.example.com/", ExpectedResult = false)]
    [TestCase("http://localhost.example.com/", ExpectedResult = false)]
    [TestCase("https://mcp.example.com/#", ExpectedResult = false)]
    [TestCase("https://mcp.example.com/#part", ExpectedResult = false)]
    [TestCase("https://user@mcp.example.com/", ExpectedResult = false)]
    [TestCase("https:mcp.example.com", ExpectedResult = false)]
    [TestCase("https:///mcp", ExpectedResult = false)]
    [TestCase(" https://mcp.example.com/", ExpectedResult = false)]
    [TestCase("https://mcp.example.com/\u0430", ExpectedResult = false)]
    [TestCase("https://\u0430pple.example/", ExpectedResult = false)]
    [TestCase("file:///etc/passwd", ExpectedResult = false)]
    [TestCase("/etc/passwd", ExpectedResult = false)]
    [TestCase("urn:example:mcp", ExpectedResult = false)]
    [TestCase("mcp", ExpectedResult = false)]
    [TestCase("", ExpectedResult = false)]
    [TestCase(null, ExpectedResult = false)]
    public bool An_identifier_is_an_https_address_or_http_on_loopback(string? value) => ResourceUri.FindProblem(value) is null;

    [TestCase(2_048, ExpectedResult = true)]
    [TestCase(2_049, ExpectedResult = false)]
    public bool An_identifier_has_a_greatest_length(int length)
        => ResourceUri.FindProblem("https://mcp.example.com/".PadRight(length, 'a')) is null;

    [TestCase("https://mcp.example.com", "https://mcp.example.com/", ExpectedResult = true)]
    [TestCase("https://MCP.Example.com/mcp", "https://mcp.example.com:443/mcp", ExpectedResult = true)]
    [TestCase("https://mcp.example.com?x=1", "https://mcp.example.com/?x=1", ExpectedResult = true)]
    [TestCase("https://mcp.example.com/mcp", "https://mcp.example.com/MCP", ExpectedResult = false)]
    [TestCase("https://mcp.example.com/mcp", "https://mcp.example.com/mcp/", ExpectedResult = false)]
    [TestCase("https://mcp.example.com/", "https://mcp.example.com:8443/", ExpectedResult = false)]
    [TestCase("http://localhost/", "https://localhost/", ExpectedResult = false)]
    [TestCase("http://localhost/", "http://127.0.0.1/", ExpectedResult = false)]
    public bool Identifiers_are_compared_as_URIs(string left, string right) => ResourceUri.AreSame(left, right);

    [TestCase("https://mcp.example.com/mcp", "https://mcp.example.com", ExpectedResult = true)]
    [TestCase("https://mcp.example.com/a/b", "https://mcp.example.com/a", ExpectedResult = true)]
    [TestCase("https://mcp.example.com/ab", "https://mcp.example.com/a", ExpectedResult = false)]
    [TestCase("https://mcp.example.com/a/../b", "https://mcp.example.com/a", ExpectedResult = false)]
    [TestCase("https://mcp.example.com/a", "https://mcp.example.com/a/b", ExpectedResult = false)]
    [TestCase("https://other.example.com/a/b", "https://mcp.example.com/a", ExpectedResult = false)]
    [TestCase("https://mcp.example.com/a/b", "https://mcp.example.com/a?tenant=1", ExpectedResult = false)]
    public bool An_address_is_below_a_resource_by_whole_segments(string address, string resource) => ResourceUri.IsBelow(address, resource);
}
