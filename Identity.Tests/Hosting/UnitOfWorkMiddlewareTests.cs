using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Identity.Server.Hosting;
using Identity.Tests.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Identity.Tests.Hosting;

public sealed class UnitOfWorkMiddlewareTests
{
    private const string Secret = "it was kept";

    /// <summary>Every way in which an endpoint can answer.</summary>
    private static readonly Dictionary<string, Func<HttpContext, Task>> Answers = new()
    {
        ["write"] = context => context.Response.WriteAsync(Secret),
        ["write twice"] = async context =>
        {
            await context.Response.WriteAsync(Secret[..3]);
            await context.Response.WriteAsync(Secret[3..]);
        },
        ["stream"] = context => context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(Secret)).AsTask(),
        ["copied"] = context => new MemoryStream(Encoding.UTF8.GetBytes(Secret)).CopyToAsync(context.Response.Body),
        ["content length"] = context =>
        {
            context.Response.ContentLength = Secret.Length;
            return context.Response.WriteAsync(Secret);
        },
        ["pipe"] = async context => await context.Response.BodyWriter.WriteAsync(Encoding.UTF8.GetBytes(Secret)),
        ["pipe without flush"] = context =>
        {
            var memory = context.Response.BodyWriter.GetMemory(Secret.Length);
            context.Response.BodyWriter.Advance(Encoding.UTF8.GetBytes(Secret, memory.Span));
            return Task.CompletedTask;
        },
        ["start"] = async context =>
        {
            await context.Response.StartAsync();
            await context.Response.WriteAsync(Secret);
        },
        ["flush"] = async context =>
        {
            await context.Response.Body.FlushAsync();
            await context.Response.WriteAsync(Secret);
        },
        ["complete"] = async context =>
        {
            await context.Response.WriteAsync(Secret);
            await context.Response.CompleteAsync();
        },
        ["file"] = async context =>
        {
            var path = Path.GetTempFileName();
            await File.WriteAllTextAsync(path, Secret);
            try
            {
                await context.Response.SendFileAsync(path);
            }
            finally
            {
                File.Delete(path);
            }
        },
        ["json"] = context => context.Response.WriteAsJsonAsync(Secret),
        ["no content"] = context =>
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return Task.CompletedTask;
        },
        ["nothing"] = _ => Task.CompletedTask,
        ["redirect"] = context =>
        {
            context.Response.Redirect("/elsewhere?secret=1");
            return Task.CompletedTask;
        },
        ["cookie"] = context =>
        {
            context.Response.Cookies.Append("secret", "1");
            return Task.CompletedTask;
        },
    };

    private static IEnumerable<string> Kinds => Answers.Keys;

    [TestCaseSource(nameof(Kinds))]
    public async Task What_was_acknowledged_is_kept(string kind)
    {
        await using var server = await Server.StartAsync(new FaultyFileSystem());
        using var response = await server.Client.PostAsync($"/{kind}", null);
        var body = await response.Content.ReadAsStringAsync();
        Assert.That((int)response.StatusCode, Is.AnyOf(200, 204, 302));
        Assert.That(body, Is.AnyOf("", Secret, JsonSerializer.Serialize(Secret)));
        await using var after = server.Directory.AsAfterKill();
        Assert.That(after.Notes.Count, Is.EqualTo(1));
    }

    [TestCaseSource(nameof(Kinds))]
    public async Task Nothing_is_acknowledged_that_could_not_be_kept(string kind)
    {
        var files = new FaultyFileSystem();
        await using var server = await Server.StartAsync(files);
        files.Decide = (_, _) => Fault.Before;
        using var response = await server.Client.PostAsync($"/{kind}", null);
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
        Assert.That(response.Headers.Contains("Set-Cookie"), Is.False);
        Assert.That(response.Headers.Location, Is.Null);
        Assert.That(response.Headers.RetryAfter, Is.Not.Null);
        var error = await response.Content.ReadFromJsonAsync<JsonElement>();
        Assert.That(error.GetProperty("error").GetString(), Is.EqualTo("temporarily_unavailable"));
        Assert.That(error.ToString(), Does.Not.Contain(Secret).And.Not.Contain("   at "));
        Assert.That(server.Directory.Notes.Count, Is.Zero);

        files.Decide = (_, _) => Fault.None;
        using var again = await server.Client.PostAsync($"/{kind}", null);
        Assert.That((int)again.StatusCode, Is.AnyOf(200, 204, 302));
        Assert.That(server.Directory.Notes.Count, Is.EqualTo(1));
    }

    [TestCaseSource(nameof(Kinds))]
    public async Task A_response_waits_for_the_disk(string kind)
    {
        var files = new FaultyFileSystem();
        await using var server = await Server.StartAsync(files);
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var release = new ManualResetEventSlim();
        files.Decide = (_, call) =>
        {
            if (call is "Flush")
            {
                reached.TrySetResult();
                release.Wait();
            }

            return Fault.None;
        };
        var request = server.Client.SendAsync(new HttpRequestMessage(HttpMethod.Post, $"/{kind}"), HttpCompletionOption.ResponseHeadersRead);
        try
        {
            await reached.Task;
            await server.AnswerOthersAsync();
            Assert.That(request.IsCompleted, Is.False);
        }
        finally
        {
            files.Decide = (_, _) => Fault.None;
            release.Set();
        }

        using var response = await request;
        Assert.That((int)response.StatusCode, Is.AnyOf(200, 204, 302));
    }

    [Test]
    public async Task A_request_that_failed_keeps_nothing()
    {
        await using var server = await Server.StartAsync(new FaultyFileSystem());
        using var response = await server.Client.PostAsync("/throw", null);
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.InternalServerError));
        Assert.That(await response.Content.ReadAsStringAsync(), Does.Contain("server_error").And.Not.Contain("Secret").And.Not.Contain("   at "));
        Assert.That(server.Directory.Notes.Count, Is.Zero);
    }

    [Test]
    public async Task A_head_request_changes_what_it_changes_and_has_no_body()
    {
        await using var server = await Server.StartAsync(new FaultyFileSystem());
        using var response = await server.Client.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/write"));
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(server.Directory.Notes.Count, Is.EqualTo(1));
    }

    [Test]
    public async Task A_change_that_fails_after_the_response_began_tears_the_connection()
    {
        var files = new FaultyFileSystem();
        await using var server = await Server.StartAsync(files);
        server.Between = () => files.Decide = (_, _) => Fault.Before;
        Assert.That(
            async () =>
            {
                using var response = await server.Client.PostAsync("/late", null);
                await response.Content.ReadAsStringAsync();
            },
            Throws.InstanceOf<HttpRequestException>());
        Assert.That(server.Directory.Notes.Count, Is.EqualTo(1));
    }

    [TestCase("192.0.2.1", ExpectedResult = "192.0.2.1")]
    [TestCase("::ffff:192.0.2.1", ExpectedResult = "192.0.2.1")]
    [TestCase("2001:db8:1:2:3:4:5:6", ExpectedResult = "2001:db8:1:2::/64")]
    [TestCase(null, ExpectedResult = null)]
    public string? The_origin_of_a_request_is_its_address_or_its_network(string? address)
        => UnitOfWorkMiddleware.OriginOf(address is null ? null : IPAddress.Parse(address));

    /// <summary>The two middlewares on a real port, and endpoints that each add a note before they answer.</summary>
    private sealed class Server : IAsyncDisposable
    {
        private const int Others = 10;

        private readonly WebApplication _app;

        private Server(WebApplication app, NoteDirectory directory) => (_app, Directory) = (app, directory);

        public NoteDirectory Directory { get; }

        public HttpClient Client { get; private set; } = null!;

        public Action? Between { get; set; }

        public static async Task<Server> StartAsync(FaultyFileSystem files)
        {
            var directory = new NoteDirectory { Files = files };
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.Services.AddSingleton(directory.Storage);
            var app = builder.Build();
            app.Urls.Add("http://127.0.0.1:0");
            var server = new Server(app, directory);
            app.UseMiddleware<ErrorMiddleware>();
            app.UseMiddleware<UnitOfWorkMiddleware>();
            app.Run(server.AnswerAsync);
            await app.StartAsync();
            server.Client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = new Uri(app.Urls.First()) };
            return server;
        }

        /// <summary>
        /// Answers requests that change and read nothing, each on a connection of its own and after the one before it: an answer that did
        /// not wait for the disk would be there before the last of them.
        /// </summary>
        public async Task AnswerOthersAsync()
        {
            for (var number = 0; number < Others; number++)
            {
                using var client = new HttpClient { BaseAddress = Client.BaseAddress };
                using var response = await client.GetAsync("/error");
                Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
                await response.Content.ReadAsStringAsync();
            }
        }

        public async ValueTask DisposeAsync()
        {
            Client.Dispose();
            await _app.DisposeAsync();
            await Directory.DisposeAsync();
        }

        private async Task AnswerAsync(HttpContext context)
        {
            if (context.Request.Path == "/error")
            {
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                return;
            }

            await Directory.Notes.AddAsync(new Note(), context.RequestAborted);
            var kind = context.Request.Path.Value!.TrimStart('/');
            switch (kind)
            {
                case "throw":
                    throw new InvalidOperationException(Secret);
                case "late":
                    await context.Response.WriteAsync(Secret);
                    await context.Response.Body.FlushAsync();
                    Between!();
                    await Directory.Notes.AddAsync(new Note(), context.RequestAborted);
                    break;
                default:
                    await Answers[kind](context);
                    break;
            }
        }
    }
}
