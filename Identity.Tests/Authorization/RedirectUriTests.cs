using System.Net;
using Identity.Tests.Infrastructure;
using NUnit.Framework;

namespace Identity.Tests.Authorization;

/// <summary>RFC 9700 §4.1: a redirect URI is the registered one to the letter, or it is none.</summary>
internal sealed class RedirectUriTests
{
    private Scene _scene = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _scene = await Scene.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _scene.DisposeAsync();

    [TestCase(Scene.WebRedirectUri)]
    [TestCase(Scene.LoopbackRedirectUri)]
    [TestCase(Scene.PrivateUseRedirectUri)]
    public async Task An_address_that_differs_from_the_registered_one_in_anything_is_not_gone_to(string registered)
    {
        using var client = _scene.Server.CreateClient();

        // Silent, so that the answer is at the client at once where the address counts.
        var accepted = await _scene.Browser.GoAsync(_scene.AuthorizeUrl(registered, ("prompt", "none")));
        Assert.That(accepted.LeftFor?.OriginalString, Does.StartWith(registered + "?error=login_required"));

        foreach (var address in Differing(registered).Distinct())
        {
            using var refused = await client.GetAsync(_scene.AuthorizeUrl(address, ("prompt", "none")));

            Assert.That((refused.StatusCode, refused.Headers.Location), Is.EqualTo((HttpStatusCode.BadRequest, (Uri?)null)), address);
        }
    }

    private static IEnumerable<string> Differing(string uri)
    {
        for (var at = 0; at < uri.Length; at++)
        {
            var (before, character, after) = (uri[..at], uri[at], uri[(at + 1)..]);
            yield return before + after;
            yield return before + character + character + after;
            yield return $"{before}%{(int)character:X2}{after}";
            yield return $"{before}%{(int)character:x2}{after}";
            if (char.IsAsciiLetter(character))
            {
                yield return before + (char)(character ^ ' ') + after;
            }

            if (character is '/')
            {
                yield return $"{before}/./{after}";
                yield return $"{before}/x/../{after}";
                yield return $"{before}/%2e%2e/{after}";
                yield return $"{before}\\{after}";
                yield return $"{before}@evil.example/{after}";
                yield return $"{before}.evil.example/{after}";
            }
        }

        foreach (var end in new[] { "/", "//", "?", "?more=1", "&more=1", "#", "#part", "/.", "/..", "/../callback", ";x", "%00", "%20", " ", "\t", "\n", "\0", ".", "*", "é" })
        {
            yield return uri + end;
        }

        foreach (var start in new[] { " ", "\t", "https://evil.example/?", "//evil.example/", "javascript:" })
        {
            yield return start + uri;
        }

        yield return uri.ToUpperInvariant();
        yield return uri + " " + uri;
    }
}
