using System.Net;
using CsCheck;
using Identity.Server.Hosting.RateLimits;
using Identity.Tests.Infrastructure;
using Identity.Tests.Registration;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Identity.Tests.Hosting;

public sealed class RateLimiterTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Test]
    public void In_any_minute_no_more_than_twice_is_admitted_and_in_the_long_run_no_more_than_once()
        => Gen.Select(Gen.Int[1, 50], Gen.Int[0, 20_000].Array[1, 400]).Sample((perMinute, pauses) =>
        {
            var time = new FakeTimeProvider();
            var limiter = Create(time, perMinute, 100_000);
            List<TimeSpan> admitted = [];
            var now = TimeSpan.Zero;
            foreach (var pause in pauses)
            {
                now += TimeSpan.FromMilliseconds(pause);
                time.Advance(TimeSpan.FromMilliseconds(pause));
                if (limiter.TryTake(IPAddress.Loopback) is not { } wait)
                {
                    admitted.Add(now);
                    continue;
                }

                Assert.That(wait, Is.GreaterThan(TimeSpan.Zero).And.LessThanOrEqualTo(Minute / perMinute));
            }

            // What came in any span is no more than the full bucket and what it filled by meanwhile.
            for (var first = 0; first < admitted.Count; first++)
            {
                for (var last = first; last < admitted.Count; last += 7)
                {
                    Assert.That(last - first + 1, Is.LessThanOrEqualTo(perMinute + 1 + ((admitted[last] - admitted[first]) / Minute * perMinute)));
                }
            }
        }, iter: 200);

    [Test]
    public void Who_waits_as_long_as_told_is_admitted()
        => Gen.Select(Gen.Int[1, 200], Gen.Int[1, 500]).Sample((perMinute, tries) =>
        {
            var time = new FakeTimeProvider();
            var limiter = Create(time, perMinute, 100_000);
            for (var number = 0; number < tries; number++)
            {
                if (limiter.TryTake(IPAddress.Loopback) is { } wait)
                {
                    time.Advance(wait);
                    Assert.That(limiter.TryTake(IPAddress.Loopback), Is.Null);
                }
            }
        }, iter: 100);

    [Test]
    public void However_many_addresses_ask_few_are_remembered()
    {
        var time = new FakeTimeProvider();
        var limiter = Create(time, 20, 200);
        for (var number = 0; number < 100_000; number++)
        {
            limiter.TryTake(new IPAddress([0x20, 1, 0xd, 0xb8, 0, (byte)(number >> 16), (byte)(number >> 8), (byte)number, 0, 0, 0, 0, 0, 0, 0, 1]));
            time.Advance(TimeSpan.FromMilliseconds(10));
            Assert.That(limiter.Count, Is.LessThanOrEqualTo(401));
        }
    }

    [Test]
    public void One_address_takes_nothing_from_the_others_once_it_has_had_its_own()
    {
        var limiter = Create(new FakeTimeProvider(), 5, 10);
        Assert.That(Admitted(limiter, "192.0.2.1", 1_000), Is.EqualTo(5));
        Assert.That(Admitted(limiter, "192.0.2.2", 1_000), Is.EqualTo(5));
        Assert.That(Admitted(limiter, "192.0.2.3", 1), Is.Zero);
    }

    [TestCase("192.0.2.1", "192.0.2.2", false)]
    [TestCase("192.0.2.1", "::ffff:192.0.2.1", true)]
    [TestCase("2001:db8::1", "2001:db8::ffff:ffff:ffff:ffff", true)]
    [TestCase("2001:db8::1", "2001:db8:0:1::1", false)]
    public void Addresses_that_one_customer_has_count_as_one(string one, string other, bool same)
    {
        var limiter = Create(new FakeTimeProvider(), 5, 100);
        Assert.That(Admitted(limiter, one, 5), Is.EqualTo(5));
        Assert.That(Admitted(limiter, other, 5), Is.EqualTo(same ? 0 : 5));
    }

    [Test]
    public void A_configured_network_shares_what_so_many_addresses_may_do()
    {
        var limiter = Create(new FakeTimeProvider(), 5, 1_000, new() { Network = "198.51.100.0/24", Addresses = 4 }, new() { Network = "198.51.100.128/25", Addresses = 2 });
        Assert.That(Enumerable.Range(1, 100).Sum(number => Admitted(limiter, $"198.51.100.{number}", 1)), Is.EqualTo(20));
        Assert.That(Enumerable.Range(130, 100).Sum(number => Admitted(limiter, $"::ffff:198.51.100.{number}", 1)), Is.EqualTo(10), "The narrower network counts.");
        Assert.That(Admitted(limiter, "198.51.101.1", 10), Is.EqualTo(5));
    }

    [Test]
    public async Task Too_many_registrations_are_told_when_to_try_again()
    {
        await using var server = await TestServer.StartAsync("--Identity:RateLimits:Enabled=true", "--Identity:RateLimits:RegistrationsPerAddress=3");
        using var registrar = new Registrar(server);
        for (var number = 0; number < 3; number++)
        {
            Assert.That((await registrar.RegisterAsync(Registrar.Native())).Status, Is.EqualTo(HttpStatusCode.Created));
        }

        var refused = await registrar.RegisterAsync(Registrar.Native());
        Assert.That(refused.Status, Is.EqualTo(HttpStatusCode.TooManyRequests));
        Assert.That(refused.Headers.RetryAfter!.Delta, Is.EqualTo(TimeSpan.FromSeconds(20)));
        Assert.That(refused.Error, Is.EqualTo("too_many_requests"));
        Assert.That((await registrar.ReadAsync("unknown", "guessed")).Status, Is.EqualTo(HttpStatusCode.TooManyRequests));

        server.Time.Advance(refused.Headers.RetryAfter.Delta!.Value);
        Assert.That((await registrar.RegisterAsync(Registrar.Native())).Status, Is.EqualTo(HttpStatusCode.Created));
        Assert.That((await registrar.RegisterAsync(Registrar.Native())).Status, Is.EqualTo(HttpStatusCode.TooManyRequests));
    }

    [Test]
    public async Task Behind_a_proxy_that_counts_each_client_has_a_rate_of_its_own()
    {
        await using var server = await TestServer.StartAsync("--Identity:RateLimits:Enabled=true", "--Identity:RateLimits:RegistrationsPerAddress=1", "--Identity:Proxies:0=127.0.0.1");
        using var http = server.CreateClient();
        List<HttpStatusCode> statuses = [];
        foreach (var address in new[] { "203.0.113.1", "203.0.113.1", "203.0.113.2", "203.0.113.9, 203.0.113.2" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/connect/register")
            {
                Content = System.Net.Http.Json.JsonContent.Create(Registrar.Native()),
                Headers = { { "X-Forwarded-For", address } },
            };
            using var response = await http.SendAsync(request);
            statuses.Add(response.StatusCode);
        }

        Assert.That(statuses, Is.EqualTo(new[] { HttpStatusCode.Created, HttpStatusCode.TooManyRequests, HttpStatusCode.Created, HttpStatusCode.TooManyRequests }));
    }

    private static RateLimiter Create(FakeTimeProvider time, int perAddress, int overAll, params SharedNetwork[] networks)
        => new(perAddress, overAll, new NetworkShares(Options.Create(new RateLimitOptions { Networks = [.. networks] })), time);

    private static int Admitted(RateLimiter limiter, string address, int tries)
        => Enumerable.Range(0, tries).Count(_ => limiter.TryTake(IPAddress.Parse(address)) is null);
}
