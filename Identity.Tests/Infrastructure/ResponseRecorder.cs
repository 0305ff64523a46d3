using System.Collections.Concurrent;
using System.Net;
using System.Text;

namespace Identity.Tests.Infrastructure;

/// <summary>Keeps every answer of a server, part by part, for a test that asks what was in them.</summary>
internal sealed class ResponseRecorder
{
    private readonly ConcurrentQueue<Place> _places = new();

    /// <summary>Each header and each body, under a name such as <c>POST /connect/token 200 body</c>.</summary>
    public IReadOnlyList<Place> Places => [.. _places];

    /// <summary>Listens on the way to a server.</summary>
    public HttpMessageHandler Listen(HttpMessageHandler inner) => new Listener(this, inner);

    /// <summary>Notes what was received in another way.</summary>
    public void Note(string name, byte[] content) => _places.Enqueue(new(name, content));

    private sealed class Listener(ResponseRecorder recorder, HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            // The path as the server knows its own; one that somebody made up would name the place after what is looked for.
            var path = request.RequestUri!.AbsolutePath;
            var response = await base.SendAsync(request, cancellationToken);
            await response.Content.LoadIntoBufferAsync(cancellationToken);
            var name = $"{request.Method} {(response.StatusCode is HttpStatusCode.NotFound ? "(unknown)" : path)} {(int)response.StatusCode}";
            foreach (var (header, values) in response.Headers.Concat(response.Content.Headers))
            {
                recorder.Note($"{name} {header}", Encoding.Latin1.GetBytes(string.Join('\n', values)));
            }

            recorder.Note($"{name} body", await response.Content.ReadAsByteArrayAsync(cancellationToken));
            return response;
        }
    }
}

/// <summary>Somewhere that holds bytes: a file, a log, a part of an answer.</summary>
/// <param name="Name">Where it is.</param>
/// <param name="Content">What is there.</param>
internal sealed record Place(string Name, byte[] Content);
