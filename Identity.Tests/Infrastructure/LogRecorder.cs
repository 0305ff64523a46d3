using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Identity.Tests.Infrastructure;

/// <summary>Keeps what is logged, for tests that ask what was, and what was not.</summary>
internal sealed class LogRecorder : ILoggerProvider
{
    private readonly ConcurrentQueue<LogEntry> _entries = new();

    /// <summary>Everything until now, in order.</summary>
    public IReadOnlyList<LogEntry> Entries => [.. _entries];

    /// <inheritdoc />
    public ILogger CreateLogger(string categoryName) => new Recorder(categoryName, _entries);

    // Nothing: it outlives the server that it records, which may start again.
    /// <inheritdoc />
    public void Dispose()
    {
    }

    private sealed class Recorder(string category, ConcurrentQueue<LogEntry> entries) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
            => entries.Enqueue(new(category, logLevel, eventId, formatter(state, exception), exception));
    }
}

/// <summary>One entry of the log.</summary>
/// <param name="Category">The class that wrote it.</param>
/// <param name="Level">How serious it is.</param>
/// <param name="Event">Its number.</param>
/// <param name="Message">The text.</param>
/// <param name="Exception">What was thrown, if something was.</param>
internal sealed record LogEntry(string Category, LogLevel Level, EventId Event, string Message, Exception? Exception);
