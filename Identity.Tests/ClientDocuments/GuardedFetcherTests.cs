using System.IO.Compression;
using System.Net;
using Identity.Server.ClientDocuments.Fetching;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;

namespace Identity.Tests.ClientDocuments;

/// <summary>Each test tries to get something out of the fetcher that a stranger must not have.</summary>
public sealed class GuardedFetcherTests
{
    private FetchScene _scene = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _scene = await FetchScene.StartAsync();
        _scene.Host.MapJson("/client", "{}");
    }

    [TearDown]
    public async Task StopAsync() => await _scene.DisposeAsync();

    [Test]
    public async Task A_document_is_fetched_with_nothing_that_tells_who_asks()
    {
        HeaderDictionary? headers = null;
        _scene.Host.Map("/client", context =>
        {
            headers = new HeaderDictionary(context.Request.Headers.ToDictionary());
            context.Response.Cookies.Append("seen", "before");
            context.Response.ContentType = "application/json; charset=utf-8";
            return context.Response.WriteAsync("{}");
        });
        await _scene.FetchAsync("/client");

        Assert.That(await _scene.FetchAsync("/client"), Is.InstanceOf<FetchResult.Found>());
        Assert.That(headers!.Keys, Is.EquivalentTo(new[] { "Host", "Accept", "Accept-Encoding", "User-Agent" }));
    }

    [TestCase("10.0.0.1")]
    [TestCase("169.254.169.254")]
    [TestCase("::1")]
    [TestCase("::ffff:10.0.0.1")]
    [TestCase("fd00:ec2::254")]
    [TestCase("64:ff9b::a00:1")]
    [TestCase("2002:a00:1::1")]
    public async Task A_name_with_an_address_that_is_not_public_is_not_connected_to(string address)
    {
        _scene.Host.Lookup = (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Parse(address)]);

        Assert.That(await FailAsync("/client"), Does.Contain("not public"));
    }

    [Test]
    public async Task A_name_with_one_good_address_and_one_bad_is_not_connected_to()
    {
        _scene.Host.Lookup = (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Loopback, IPAddress.Parse("10.0.0.1")]);

        Assert.That(await FailAsync("/client"), Does.Contain("not public"));
        Assert.That(_scene.Host.Requests, Is.Empty);
    }

    [TestCase("127.0.0.1")]
    [TestCase("::ffff:127.0.0.1")]
    public async Task This_machine_is_reached_by_name_only_where_the_operator_allows_it(string address)
    {
        await using var scene = await FetchScene.StartAsync(allowed: false);
        scene.Host.MapJson("/client", "{}");
        scene.Host.Lookup = (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Parse(address)]);

        Assert.That(await scene.FetchAsync("/client"), Is.InstanceOf<FetchResult.Failed>());
        Assert.That(scene.Host.Requests, Is.Empty);

        _scene.Host.Lookup = scene.Host.Lookup;
        Assert.That(await _scene.FetchAsync("/client"), Is.InstanceOf<FetchResult.Found>());
    }

    [TestCase("127.0.0.1")]
    [TestCase("[::ffff:127.0.0.1]")]
    [TestCase("2130706433")]
    [TestCase("0x7f.1")]
    [TestCase("localhost")]
    public async Task An_address_in_place_of_a_name_is_looked_at_too(string host)
    {
        await using var scene = await FetchScene.StartAsync(allowed: false);
        scene.Host.MapJson("/client", "{}");

        Assert.That(await scene.Fetcher.FetchAsync(new Uri(scene.Host.AddressOf("/client", host)), null, CancellationToken.None), Is.InstanceOf<FetchResult.Failed>());
        Assert.That(scene.Host.Requests, Is.Empty);
    }

    [Test]
    public async Task A_name_is_looked_up_once_and_what_was_looked_at_is_connected_to()
    {
        // The second answer would be the attack.
        _scene.Host.Lookup = (number, _) => Task.FromResult<IPAddress[]>([number is 1 ? IPAddress.Loopback : IPAddress.Parse("10.0.0.1")]);

        Assert.That(await _scene.FetchAsync("/client"), Is.InstanceOf<FetchResult.Found>());
        Assert.That(_scene.Host.Lookups, Is.EqualTo(1));

        // And it is not passed over because there was a connection.
        Assert.That(await FailAsync("/client"), Does.Contain("not public"));
        Assert.That(_scene.Host.Requests, Has.Count.EqualTo(1));
    }

    [TestCase(301)]
    [TestCase(302)]
    [TestCase(303)]
    [TestCase(307)]
    [TestCase(308)]
    public async Task A_redirect_is_not_followed(int status)
    {
        _scene.Host.Map("/moved", context =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers.Location = "/client";
            return Task.CompletedTask;
        });

        Assert.That(await FailAsync("/moved"), Does.Contain($"{status}"));
        Assert.That(_scene.Host.Requests, Is.EqualTo(new[] { "/moved" }));
    }

    [TestCase("http://client.example/client")]
    [TestCase("http://127.0.0.1/client")]
    [TestCase("ftp://client.example/client")]
    [TestCase("file:///etc/passwd")]
    public async Task Only_https_is_fetched(string address)
    {
        Assert.That(await _scene.Fetcher.FetchAsync(new Uri(address), null, CancellationToken.None), Is.InstanceOf<FetchResult.Failed>());
        Assert.That(_scene.Host.Lookups, Is.Zero);
    }

    [Test]
    public async Task In_development_this_machine_is_reached_by_the_names_that_mean_it_alone()
    {
        await using var scene = await FetchScene.StartAsync(allowed: false, Environments.Development);
        scene.Host.MapJson("/client", "{}");

        Assert.That(await scene.Fetcher.FetchAsync(new Uri(scene.Host.AddressOf("/client", "127.0.0.1")), null, CancellationToken.None), Is.InstanceOf<FetchResult.Found>());
        Assert.That(await scene.FetchAsync("/client"), Is.InstanceOf<FetchResult.Failed>(), "a name that only resolves to it");

        // Where a developer's own client is, there is no certificate either.
        Assert.That(scene.Addresses.IsAllowed("http://localhost:8080/client.json"), Is.True);
        Assert.That(scene.Addresses.IsAllowed("http://client.example/client.json"), Is.False);
        Assert.That(_scene.Addresses.IsAllowed("http://localhost:8080/client.json"), Is.False);
    }

    [TestCase("text/html")]
    [TestCase("text/plain")]
    [TestCase("text/json")]
    [TestCase("application/jsonp")]
    [TestCase("application/javascript")]
    [TestCase(null)]
    public async Task Whatever_is_not_JSON_is_not_read(string? type)
    {
        _scene.Host.Map("/other", context =>
        {
            context.Response.ContentType = type;
            return context.Response.WriteAsync("{}");
        });

        Assert.That(await FailAsync("/other"), Does.Contain("application/json"));
    }

    [TestCase(204)]
    [TestCase(206)]
    [TestCase(401)]
    [TestCase(403)]
    [TestCase(429)]
    [TestCase(500)]
    [TestCase(503)]
    public async Task An_error_is_not_taken_for_a_document(int status)
    {
        _scene.Host.MapStatus("/error", status);

        Assert.That(await FailAsync("/error"), Does.Contain($"{status}"));
    }

    [TestCase(404)]
    [TestCase(410)]
    public async Task That_there_is_no_document_is_another_answer_than_none(int status)
    {
        _scene.Host.MapStatus("/gone", status);

        Assert.That(await _scene.FetchAsync("/gone"), Is.InstanceOf<FetchResult.Gone>());
    }

    [TestCase(0, true)]
    [TestCase(1, false)]
    public async Task A_document_may_have_64_KiB_and_not_a_byte_more(int more, bool expected)
    {
        var body = new byte[GuardedFetcher.MaximumSize + more];
        foreach (var announced in new[] { true, false })
        {
            _scene.Host.Map("/large", context =>
            {
                context.Response.ContentType = "application/json";
                context.Response.ContentLength = announced ? body.Length : null;
                return context.Response.Body.WriteAsync(body).AsTask();
            });

            Assert.That(await _scene.FetchAsync("/large"), expected ? Is.InstanceOf<FetchResult.Found>() : Is.InstanceOf<FetchResult.Failed>());
        }
    }

    [TestCase("gzip")]
    [TestCase("br")]
    [TestCase("deflate")]
    public async Task What_is_small_on_the_way_and_large_afterwards_is_large(string encoding)
    {
        using var bomb = new MemoryStream();
        await using (Stream stream = encoding switch
        {
            "gzip" => new GZipStream(bomb, CompressionLevel.Fastest, leaveOpen: true),
            "br" => new BrotliStream(bomb, CompressionLevel.Fastest, leaveOpen: true),
            _ => new ZLibStream(bomb, CompressionLevel.Fastest, leaveOpen: true),
        })
        {
            for (var block = new byte[64 * 1024]; bomb.Length < 8 * 1024;)
            {
                await stream.WriteAsync(block);
                await stream.FlushAsync();
            }
        }

        _scene.Host.Map("/bomb", context =>
        {
            context.Response.ContentType = "application/json";
            context.Response.Headers.ContentEncoding = encoding;
            return context.Response.Body.WriteAsync(bomb.ToArray()).AsTask();
        });

        Assert.That(await FailAsync("/bomb"), Does.Contain("bytes"));
    }

    [Test]
    public async Task A_body_without_an_end_is_left_where_it_is_too_long()
    {
        var left = new TaskCompletionSource();
        _scene.Host.Map("/endless", async context =>
        {
            context.Response.ContentType = "application/json";
            context.RequestAborted.Register(left.SetResult);
            for (var block = new byte[4096]; !context.RequestAborted.IsCancellationRequested;)
            {
                await context.Response.Body.WriteAsync(block);
            }
        });

        Assert.That(await FailAsync("/endless"), Does.Contain("bytes"));
        await left.Task;
    }

    [TestCase(true, Description = "after the headers")]
    [TestCase(false, Description = "before them")]
    public async Task A_host_that_takes_its_time_is_waited_for_5_seconds_in_all(bool begins)
    {
        var reached = new TaskCompletionSource();
        _scene.Host.Map("/slow", async context =>
        {
            context.Response.ContentType = "application/json";
            if (begins)
            {
                await context.Response.WriteAsync("{");
                await context.Response.Body.FlushAsync();
            }

            reached.SetResult();
            // Never answers; ends when the fetcher hangs up.
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        });
        var fetch = FailAsync("/slow");
        await reached.Task;
        _scene.Time.Advance(GuardedFetcher.Timeout);

        Assert.That(await fetch, Does.Contain("longer than 5 seconds"));
    }

    [Test]
    public async Task A_name_server_that_takes_its_time_is_waited_for_no_longer()
    {
        var reached = new TaskCompletionSource();
        _scene.Host.Lookup = async (_, cancellationToken) =>
        {
            reached.SetResult();
            // Never answers; ends when the fetcher gives up.
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return [];
        };
        var fetch = FailAsync("/client");
        await reached.Task;
        _scene.Time.Advance(GuardedFetcher.Timeout);

        Assert.That(await fetch, Does.Contain("longer than 5 seconds"));
    }

    [Test]
    public async Task A_certificate_for_another_name_is_refused()
    {
        Assert.That(await _scene.Fetcher.FetchAsync(new Uri(_scene.Host.AddressOf("/client", "other.example")), null, CancellationToken.None), Is.InstanceOf<FetchResult.Failed>());
        Assert.That(_scene.Host.Requests, Is.Empty);
    }

    [Test]
    public async Task An_address_that_asks_too_often_is_refused_and_others_are_not()
    {
        for (var count = 0; count < FetchLimits.PerAsker; count++)
        {
            await _scene.FetchAsync("/client");
        }

        Assert.That(await FailAsync("/client"), Does.Contain("too many"));
        Assert.That(await _scene.FetchAsync("/client", "192.0.2.2"), Is.InstanceOf<FetchResult.Found>());
        Assert.That(_scene.Host.Requests, Has.Count.EqualTo(FetchLimits.PerAsker + 1));
    }

    [Test]
    public void A_host_is_asked_only_so_often_whoever_wants_it()
    {
        using var limits = new FetchLimits(new Microsoft.Extensions.Configuration.ConfigurationBuilder().Build());
        for (var count = 0; count < FetchLimits.PerHost; count++)
        {
            using var lease = limits.TryBegin($"192.0.2.{count}", "client.example");
            Assert.That(lease, Is.Not.Null);
        }

        using var refused = limits.TryBegin("198.51.100.1", "client.example");
        using var other = limits.TryBegin("198.51.100.1", "keys.example");
        Assert.That((refused is null, other is null), Is.EqualTo((true, false)));
    }

    private async Task<string> FailAsync(string path)
    {
        var result = await _scene.FetchAsync(path);
        Assert.That(result, Is.InstanceOf<FetchResult.Failed>());
        return ((FetchResult.Failed)result).Problem;
    }
}
