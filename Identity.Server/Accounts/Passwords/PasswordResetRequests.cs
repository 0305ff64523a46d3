using System.Threading.Channels;
using Identity.Server.Accounts.Invitations;
using Identity.Server.Accounts.Mail;
using Identity.Stores.FileSystem.Models;
using Identity.Stores.FileSystem.Storage;
using Microsoft.AspNetCore.Identity;

namespace Identity.Server.Accounts.Passwords;

/// <summary>What somebody entered who forgot a password.</summary>
/// <param name="Name">A user name or an e-mail address, or neither.</param>
/// <param name="Server">The address of the server as that person reaches it.</param>
internal sealed record PasswordResetRequest(string Name, string Server);

/// <summary>Looks for the accounts of who forgot a password, one after another and apart from the request, and has links sent to them.</summary>
internal sealed partial class PasswordResetRequests(
    IServiceScopeFactory scopes, Collection<User> accounts, MailPace pace, ILogger<PasswordResetRequests> logger) : BackgroundService
{
    /// <summary>How long a link works that was sent by mail: not as long as one from an administrator, who knows whom it is for.</summary>
    internal static readonly TimeSpan LinkLifetime = TimeSpan.FromHours(1);

    private const int Capacity = 1_000;

    // Households share addresses, but no household has more accounts than this.
    private const int MaximumAccounts = 5;

    private readonly Channel<PasswordResetRequest> _requests = Channel.CreateBounded<PasswordResetRequest>(
        new BoundedChannelOptions(Capacity) { SingleReader = true, FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Adds a request; while too many wait it is dropped.</summary>
    /// <param name="request">The request.</param>
    public void Add(PasswordResetRequest request) => _requests.Writer.TryWrite(request);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var request in _requests.Reader.ReadAllAsync(stoppingToken))
        {
            try
            {
                await AnswerAsync(request);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                // Whatever it is: what escapes from here stops the server, and a stranger's request began it.
                LogFailed(logger, exception);
            }
        }
    }

    private async Task AnswerAsync(PasswordResetRequest request)
    {
        await using var scope = scopes.CreateAsyncScope();
        var services = scope.ServiceProvider;
        var users = services.GetRequiredService<UserManager<User>>();
        var links = services.GetRequiredService<AccountLinks>();
        var mail = services.GetRequiredService<IEmailSender<User>>();
        foreach (var user in await FindAsync(users, request.Name))
        {
            if (pace.TryTake(user.Id, AccountLinkKind.PasswordReset))
            {
                var link = links.Create(AccountLinkKind.PasswordReset, user, request.Server, lifetime: LinkLifetime);
                await mail.SendPasswordResetLinkAsync(user, user.Email!, link);
                LogSent(logger, user.Id);
            }
        }
    }

    private async Task<IReadOnlyList<User>> FindAsync(UserManager<User> users, string name)
    {
        var named = await users.FindByNameAsync(name);
        var email = users.NormalizeEmail(name);
        var found = named is not null ? [named] : accounts.List(user => string.Equals(user.NormalizedEmail, email, StringComparison.Ordinal));
        // An address that nobody has confirmed may be a stranger's.
        return [.. found.Where(user => user is { IsDisabled: false, EmailConfirmed: true, Email.Length: > 0 }).Take(MaximumAccounts)];
    }

    [LoggerMessage(EventId = 4063, Level = LogLevel.Information, Message = "A link for a new password is sent to the address of account {UserId}.")]
    private static partial void LogSent(ILogger logger, string userId);

    [LoggerMessage(EventId = 4064, Level = LogLevel.Error, Message = "Whether somebody who forgot a password has an account could not be found out.")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
