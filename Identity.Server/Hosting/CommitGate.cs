using System.IO.Pipelines;
using Identity.Stores.FileSystem.Storage;
using Microsoft.AspNetCore.Http.Features;

namespace Identity.Server.Hosting;

/// <summary>
/// A response body that lets nothing through before the request's unit of work is on disk: whatever starts the response, its first
/// byte waits for the commit, and never leaves when that fails.
/// </summary>
internal sealed class CommitGate(UnitOfWork unit, IHttpResponseBodyFeature inner) : Stream, IHttpResponseBodyFeature
{
    private PipeWriter? _writer;
    private bool _isCommitted;

    /// <inheritdoc />
    public Stream Stream => this;

    // Not the server's own writer: what was written to that could not be taken back when the commit fails.
    /// <inheritdoc />
    public PipeWriter Writer => _writer ??= PipeWriter.Create(this, new StreamPipeWriterOptions(leaveOpen: true));

    /// <inheritdoc />
    public override bool CanRead => false;

    /// <inheritdoc />
    public override bool CanSeek => false;

    /// <inheritdoc />
    public override bool CanWrite => true;

    /// <inheritdoc />
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc />
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Sends what is left, when everything that the request changed is on disk.</summary>
    /// <returns>A task that completes when the response can no longer fail because of the disk.</returns>
    /// <exception cref="StorageException">It could not be made durable.</exception>
    public async Task FinishAsync()
    {
        // What was changed after the response began is a change too.
        _isCommitted = false;
        await CommitAsync();
        if (_writer is { UnflushedBytes: > 0 })
        {
            await _writer.FlushAsync();
        }
    }

    /// <inheritdoc />
    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        await CommitAsync();
        await inner.StartAsync(cancellationToken);
    }

    /// <inheritdoc />
    public async Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default)
    {
        await CommitAsync();
        if (_writer is { UnflushedBytes: > 0 })
        {
            await _writer.FlushAsync(cancellationToken);
        }

        await inner.SendFileAsync(path, offset, count, cancellationToken);
    }

    /// <inheritdoc />
    public async Task CompleteAsync()
    {
        await FinishAsync();
        await inner.CompleteAsync();
    }

    /// <inheritdoc />
    public void DisableBuffering() => inner.DisableBuffering();

    /// <inheritdoc />
    public override async Task FlushAsync(CancellationToken cancellationToken)
    {
        await CommitAsync();
        await inner.Stream.FlushAsync(cancellationToken);
    }

    /// <inheritdoc />
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await CommitAsync();
        await inner.Stream.WriteAsync(buffer, cancellationToken);
    }

    /// <inheritdoc />
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc />
    public override void Flush() => throw Synchronous();

    /// <inheritdoc />
    public override void Write(byte[] buffer, int offset, int count) => throw Synchronous();

    /// <inheritdoc />
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc />
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc />
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc />
    public override ValueTask DisposeAsync()
    {
        // With an exception, so that the writer drops what it still holds instead of sending it.
        _writer?.Complete(new OperationCanceledException("The response ended before all of it was sent."));
        return base.DisposeAsync();
    }

    private ValueTask CommitAsync()
    {
        if (_isCommitted)
        {
            return default;
        }

        return Wait();

        async ValueTask Wait()
        {
            // Not the request's own token: a client that hung up must not leave it unknown whether its changes count.
            await unit.CommitAsync(CancellationToken.None);
            _isCommitted = true;
        }
    }

    private static InvalidOperationException Synchronous()
        => new("Responses are written asynchronously: a synchronous write would block a thread while the disk is waited for.");
}
