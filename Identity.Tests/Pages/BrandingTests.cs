using System.Net;
using Identity.Server.Pages;
using Identity.Tests.Infrastructure;
using Microsoft.Extensions.Options;
using NUnit.Framework;

namespace Identity.Tests.Pages;

internal sealed class BrandingTests
{
    private static readonly AccentColor DarkSurface = AccentColor.Parse("#1b211f")!.Value;

    [Test]
    public async Task Name_logo_and_colour_are_those_that_are_configured()
    {
        using var directory = new TemporaryDirectory();
        Directory.CreateDirectory(directory.Path);
        var logo = Path.Combine(directory.Path, "logo.svg");
        await File.WriteAllTextAsync(logo, """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><rect width="1" height="1"/></svg>""");
        await using var scene = await Scene.StartEmptyAsync(
            "--Identity:Branding:ProductName=Example & Sons", $"--Identity:Branding:Logo={logo}", "--Identity:Branding:Color=#7a1fa2");

        var page = await scene.Browser.GoAsync("/");
        Assert.That(page.Html, Does.Contain("<title>Home - Example &amp; Sons</title>").And.Contain("src=\"/logo.svg?v=").And.Contain("href=\"/brand.css?v=").And.Not.Contain("icon.svg"));
        using var client = scene.Server.CreateClient();
        using var picture = await client.GetAsync(new Uri("/logo.svg", UriKind.Relative));
        using var stylesheet = await client.GetAsync(new Uri("/brand.css", UriKind.Relative));
        Assert.Multiple(() =>
        {
            Assert.That(picture.Content.Headers.ContentType!.MediaType, Is.EqualTo("image/svg+xml"));
            Assert.That(picture.Headers.CacheControl!.MaxAge, Is.EqualTo(TimeSpan.FromDays(365)));
            Assert.That(stylesheet.Content.Headers.ContentType!.MediaType, Is.EqualTo("text/css"));
        });
        Assert.That(await stylesheet.Content.ReadAsStringAsync(), Does.Contain("--accent: #7a1fa2;"));
        Assert.That(await picture.Content.ReadAsStringAsync(), Is.EqualTo(await File.ReadAllTextAsync(logo)));
    }

    [Test]
    public async Task Without_settings_there_is_nothing_more_to_load()
    {
        await using var scene = await Scene.StartEmptyAsync();

        Assert.That((await scene.Browser.GoAsync("/")).Html, Does.Not.Contain("brand.css"));
        Assert.That((await scene.Browser.GoAsync("/brand.css")).Status, Is.EqualTo(HttpStatusCode.NotFound));
    }

    [TestCase("Color", "red", "a colour as #1f5f54")]
    [TestCase("Color", "#12345g", "a colour as #1f5f54")]
    [TestCase("Color", "#ffcc00", "a darker colour: buttons and links would have a contrast of 1.4 to 1, and people need 4.5 to 1")]
    [TestCase("Logo", "no-such-file.svg", "a file that is there")]
    [TestCase("Logo", "logo.gif", "a file that ends in .svg or .png")]
    [TestCase("ProductName", " ", "a name")]
    public async Task What_cannot_be_used_is_refused_at_the_start(string key, string value, string allowed)
    {
        var problem = await Assert.CatchAsync<OptionsValidationException>(() => TestServer.StartAsync($"--Identity:Branding:{key}={value}"));

        Assert.That(problem!.Message, Does.Contain($"Identity:Branding:{key}").And.Contain(allowed));
    }

    [Test]
    public void A_logo_that_is_not_what_its_name_says_is_refused()
    {
        using var directory = new TemporaryDirectory();
        Directory.CreateDirectory(directory.Path);
        var path = Path.Combine(directory.Path, "logo.png");
        File.WriteAllText(path, "<svg/>");

        Assert.That(BrandLogo.FindProblem(path), Does.Contain("what its name says"));
    }

    // The extremes and the grey in between; contrast of black and white by definition, and of the two others from WCAG's own examples.
    [TestCase("#000000", "#ffffff", 21.0)]
    [TestCase("#777777", "#ffffff", 4.48)]
    [TestCase("#ff0000", "#ffffff", 4.0)]
    public void Contrast_is_that_of_the_standard(string one, string other, double contrast)
        => Assert.That(AccentColor.Parse(one)!.Value.ContrastTo(AccentColor.Parse(other)!.Value), Is.EqualTo(contrast).Within(0.01));

    [TestCase("#000000")]
    [TestCase("#1f5f54")]
    [TestCase("#0000ff")]
    [TestCase("#b00000")]
    public void Where_the_ground_is_dark_the_colour_is_light_enough(string color)
    {
        var dark = AccentColor.Parse(color)!.Value.ToStylesheet().Split("dark")[1].Split("--accent: ")[1][..7];

        Assert.That(AccentColor.Parse(dark)!.Value.ContrastTo(DarkSurface), Is.GreaterThanOrEqualTo(4.5));
    }
}
