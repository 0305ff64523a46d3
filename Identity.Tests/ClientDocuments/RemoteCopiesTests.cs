using Identity.Server.ClientDocuments.Fetching;
using Microsoft.AspNetCore.Http;

namespace Identity.Tests.ClientDocuments;

public sealed class RemoteCopiesTests
{
    private static readonly CopyRequest<string> Any = new("192.0.2.1", TakesStale: false);

    [Test]
    public async Task Whoever_asks_while_a_fetch_goes_on_gets_what_it_brings()
    {
        await using var scene = await FetchScene.StartAsync();
        using var copies = scene.CreateCopies();
        var reached = new TaskCompletionSource();
        var go = new TaskCompletionSource();
        scene.Host.Map("/client", async context =>
        {
            reached.TrySetResult();
            await go.Task;
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync("{}");
        });
        using var impatient = new CancellationTokenSource();
        var first = copies.GetAsync(scene.Host.AddressOf("/client"), Any, impatient.Token);
        await reached.Task;
        var others = Enumerable.Range(0, 20).Select(_ => copies.GetAsync(scene.Host.AddressOf("/client"), Any, CancellationToken.None)).ToList();

        // Who started it goes away; the others do not notice.
        await impatient.CancelAsync();
        Assert.That(async () => await first, Throws.InstanceOf<OperationCanceledException>());
        go.SetResult();

        Assert.That((await Task.WhenAll(others)).Select(copy => copy.Value), Is.All.EqualTo("{}"));
        Assert.That(scene.Host.Requests, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_copy_is_fetched_again_when_its_host_says_so_and_a_failure_is_not_taken_for_it()
    {
        await using var scene = await FetchScene.StartAsync();
        using var copies = scene.CreateCopies();
        scene.Host.MapJson("/client", "1", "max-age=600");
        Task<RemoteCopy<string>> GetAsync() => copies.GetAsync(scene.Host.AddressOf("/client"), Any, CancellationToken.None);
        await GetAsync();

        scene.Host.MapJson("/client", "2", "max-age=600");
        scene.Time.Advance(TimeSpan.FromSeconds(599));
        Assert.That((await GetAsync()).Value, Is.EqualTo("1"));
        scene.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.That((await GetAsync()).Value, Is.EqualTo("2"));

        // While its host fails, it is asked once a minute and not more often.
        scene.Host.MapStatus("/client", 503);
        scene.Time.Advance(TimeSpan.FromSeconds(600));
        var requests = scene.Host.Requests.Count;
        for (var second = 0; second < 60; second += 20)
        {
            Assert.That((await GetAsync()).Value, Is.EqualTo("2"));
            scene.Time.Advance(TimeSpan.FromSeconds(20));
        }

        Assert.That(scene.Host.Requests, Has.Count.EqualTo(requests + 1));
        var copy = await GetAsync();
        Assert.That(copy.Serves(copy.FetchedAt + RemoteCopy<string>.Lifetime - TimeSpan.FromSeconds(1)), Is.True);
        Assert.That(copy.Serves(copy.FetchedAt + RemoteCopy<string>.Lifetime), Is.False);

        scene.Host.MapStatus("/client", 410);
        scene.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.That((await GetAsync()).Serves(scene.Time.GetUtcNow()), Is.False);
    }

    [Test]
    public async Task An_error_is_remembered_by_nobody_where_there_never_was_a_document()
    {
        await using var scene = await FetchScene.StartAsync();
        using var copies = scene.CreateCopies();
        scene.Host.MapStatus("/client", 500);
        Assert.That((await copies.GetAsync(scene.Host.AddressOf("/client"), Any, CancellationToken.None)).Value, Is.Null);

        scene.Host.MapJson("/client", "{}");
        Assert.That((await copies.GetAsync(scene.Host.AddressOf("/client"), Any, CancellationToken.None)).Value, Is.EqualTo("{}"));
    }

    [Test]
    public async Task However_many_documents_there_are_they_take_only_so_much_memory()
    {
        await using var scene = await FetchScene.StartAsync(limited: false);
        using var copies = scene.CreateCopies();
        var body = new string('1', GuardedFetcher.MaximumSize);
        var addresses = Enumerable.Range(0, (RemoteCopies<string>.MaximumSize / body.Length) + 40).Select(number => scene.Host.AddressOf($"/{number}")).ToList();
        foreach (var address in addresses)
        {
            scene.Host.MapJson(new Uri(address).AbsolutePath, body);
            Assert.That((await copies.GetAsync(address, Any, CancellationToken.None)).Value, Is.EqualTo(body), "also where there is no room to keep it");
        }

        var kept = addresses.Count(address => copies.Find(address) is not null);
        Assert.That(kept, Is.GreaterThan(0));
        Assert.That(kept * body.Length, Is.LessThanOrEqualTo(RemoteCopies<string>.MaximumSize));
    }
}
