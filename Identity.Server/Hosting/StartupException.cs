using System.Net.Sockets;
using Identity.Stores.FileSystem.Storage;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;

namespace Identity.Server.Hosting;

/// <summary>Something that keeps the server from starting; the message says what it is and what to do.</summary>
/// <param name="message">One line for the person who starts it.</param>
internal sealed class StartupException(string message) : Exception(message)
{
    /// <summary>Describes why the server did not start.</summary>
    /// <param name="exception">What was thrown.</param>
    /// <returns>A line for each thing that is wrong, without the stack of calls, which says nothing to the reader.</returns>
    public static IEnumerable<string> Describe(Exception exception) => exception switch
    {
        OptionsValidationException invalid => invalid.Failures,
        AggregateException aggregate => aggregate.InnerExceptions.SelectMany(Describe),
        StorageException or StartupException => [exception.Message],
        // The file of settings itself: the parser's message, with the line, is in the cause.
        InvalidDataException { InnerException: { } cause } => [$"{exception.Message} {cause.Message}"],
        IOException { InnerException: AddressInUseException or SocketException } => [$"{exception.Message} Choose another address with --urls."],
        _ => [$"The server could not start: {exception.Message}"],
    };
}
