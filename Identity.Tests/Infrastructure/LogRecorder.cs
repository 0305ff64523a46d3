using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Identity.Tests.Infrastructure;

/// <summary>Keeps what is logged, for tests that ask what was, and what was not.</summary>
internal sealed class LogRecorder : ILoggerProvider
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly ConcurrentQueue<LogEntry> _entries = new();
    private readonly ConcurrentDictionary<TaskCompletionSource, Func<LogEntry, bool>> _awaited = new();

    /// <summary>Everything until now, in order.</summary>
    public IReadOnlyList<LogEntry> Entries => [.. _entries];

    /// <summary>Waits until something is logged.</summary>
    /// <param name="predicate">What is waited for.</param>
    /// <returns>A task that completes when it is there.</returns>
    public async Task WaitForAsync(Func<LogEntry, bool> predicate)
    {
        var found = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _awaited[found] = predicate;
        if (!_entries.Any(predicate))
        {
            await found.Task.WaitAsync(Patience);
        }

        _awaited.TryRemove(found, out _);
    }

    /// <inheritdoc />
    public ILogger CreateLogger(string categoryName) => new Recorder(categoryName, Add);

    // Nothing: it outlives the server that it records, which may start again.
    /// <inheritdoc />
    public void Dispose()
    {
    }

    private void Add(LogEntry entry)
    {
        _entries.Enqueue(entry);
        foreach (var (found, predicate) in _awaited)
        {
            if (predicate(entry))
            {
                found.TrySetResult();
            }
        }
    }

    private sealed class Recorder(string category, Action<LogEntry> add) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
            => add(new(category, logLevel, eventId, formatter(state, exception), exception));
    }
}

/// <summary>One entry of the log.</summary>
/// <param name="Category">The class that wrote it.</param>
/// <param name="Level">How serious it is.</param>
/// <param name="Event">Its number.</param>
/// <param name="Message">The text.</param>
/// <param name="Exception">What was thrown, if something was.</param>
internal sealed record LogEntry(string Category, LogLevel Level, EventId Event, string Message, Exception? Exception);
