using System.Globalization;
using System.Net.Http.Headers;
using Identity.Server.ClientDocuments.Fetching;

namespace Identity.Tests.ClientDocuments;

public sealed class CacheLifetimeTests
{
    [TestCase(null, ExpectedResult = 300)]
    [TestCase("max-age=3600", ExpectedResult = 3600)]
    [TestCase("public, max-age=600, s-maxage=1200", ExpectedResult = 1200)]
    [TestCase("max-age=0", ExpectedResult = 60)]
    [TestCase("no-store", ExpectedResult = 60)]
    [TestCase("no-cache, max-age=3600", ExpectedResult = 60)]
    [TestCase("max-age=31536000, immutable", ExpectedResult = 86400)]
    [TestCase("must-revalidate", ExpectedResult = 300)]
    public double Cache_control_counts_within_bounds(string? cacheControl)
    {
        using var response = Create();
        response.Headers.CacheControl = cacheControl is null ? null : CacheControlHeaderValue.Parse(cacheControl);
        return CacheLifetime.Read(response).TotalSeconds;
    }

    [TestCase(3600, ExpectedResult = 3600)]
    [TestCase(-3600, ExpectedResult = 60)]
    public double So_does_an_expiration_date(int seconds)
    {
        using var response = Create();
        var now = DateTimeOffset.Parse("2026-11-24T09:00:00Z", CultureInfo.InvariantCulture);
        response.Headers.Date = now;
        response.Content.Headers.Expires = now.AddSeconds(seconds);
        return CacheLifetime.Read(response).TotalSeconds;
    }

    [Test]
    public void What_lay_in_a_cache_on_the_way_is_older()
    {
        using var response = Create();
        response.Headers.CacheControl = new() { MaxAge = TimeSpan.FromHours(1) };
        response.Headers.Age = TimeSpan.FromMinutes(20);
        Assert.That(CacheLifetime.Read(response), Is.EqualTo(TimeSpan.FromMinutes(40)));
    }

    private static HttpResponseMessage Create() => new() { Content = new ByteArrayContent([]) };
}
