using Identity.Server.Accounts;
using Identity.Server.Resources;
using Identity.Server.Tokens;
using Identity.Server.Tokens.Connections;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Options;

namespace Identity.Server.Authorization.Connections;

/// <summary>One connection: who has it, what it allows, what happened to it, and how to stop it for a while or for good.</summary>
internal sealed class ConnectionModel(
    ConnectionRecords records,
    ConnectionRevoker revoker,
    IConsentStore consents,
    ScopeText scopeText,
    ResourceCatalog catalog,
    SignInAddress addresses,
    IOptions<TokenOptions> options,
    TimeProvider time) : PageModel
{
    internal const string Pause = "pause";
    internal const string Resume = "resume";
    internal const string Disconnect = "disconnect";

    [BindProperty(SupportsGet = true, Name = "id")]
    public string Id { get; set; } = string.Empty;

    public ConnectionView Connection { get; private set; } = null!;

    /// <summary>The resources, and what people call them where they were told how.</summary>
    public IReadOnlyList<(string Uri, string? Name)> Resources { get; private set; } = [];

    /// <summary>What was allowed, in plain words.</summary>
    public IReadOnlyList<string> Scopes { get; private set; } = [];

    /// <summary>When it ends, however often it is used; null: never.</summary>
    public DateTimeOffset? EndsAt => ConnectionEnd.Of(Connection.Record, options.Value);

    /// <summary>How long an access token lives on where a resource server looks at nothing but its signature.</summary>
    public int AccessTokenMinutes => Math.Max(1, (int)Math.Ceiling(options.Value.AccessTokenLifetime.TotalMinutes));

    /// <summary>Until when that may be for a connection that was ended before its time; null: it is over.</summary>
    public DateTimeOffset? TokensEndAt
        => Connection.End is { Ending: not (ConnectionEnding.Unused or ConnectionEnding.ReachedEnd), At: var at }
            && at + options.Value.AccessTokenLifetime is var end && end > time.GetUtcNow() ? end : null;

    public async Task<IActionResult> OnGetAsync(CancellationToken cancellationToken)
    {
        if (await Session.FindAsync(HttpContext) is not { } session)
        {
            return Redirect(addresses.Create(HttpContext, Request.PathBase + Request.Path));
        }

        if (Find(session) is not { } record)
        {
            return NotFound();
        }

        Connection = new ConnectionView(record, records.FindEnd(record));
        Resources = [.. record.Resources.Select(resource => (resource, catalog.FindName(resource)))];
        Scopes = await scopeText.DescribeAsync(record.Scopes, record.Resources, cancellationToken);
        return Page();
    }

    public async Task<IActionResult> OnPostAsync(string? decision, CancellationToken cancellationToken)
    {
        if (await Session.FindAsync(HttpContext) is not { } session)
        {
            return Redirect(addresses.Create(HttpContext, Request.PathBase + Request.Path));
        }

        if (Find(session) is not { } record)
        {
            return NotFound();
        }

        // Of a connection that ended in the meantime, the page says so when it is shown again.
        if (records.FindEnd(record) is null)
        {
            switch (decision)
            {
                case Pause or Resume:
                    await records.PauseAsync(record.Id, decision is Pause, cancellationToken);
                    break;
                case Disconnect:
                    await DisconnectAsync(record, cancellationToken);
                    break;
                default:
                    return BadRequest();
            }
        }

        return Redirect(Request.PathBase + ConnectionsModel.Route + "/" + record.Id);
    }

    /// <summary>Finds the connection, if it is one of the person's own: of others there is no telling whether they exist.</summary>
    private ConnectionRecord? Find(Session session)
        => records.Find(Id) is { FirstUsedAt: not null } record && record.Subject == session.User.Id && record.ForgottenAt > time.GetUtcNow() ? record : null;

    private async Task DisconnectAsync(ConnectionRecord record, CancellationToken cancellationToken)
    {
        await revoker.RevokeAsync(record.Id, ConnectionEnding.Disconnected, cancellationToken);
        if (!records.List(record.Subject).Any(other => other.ClientId == record.ClientId && other.Id != record.Id && records.FindEnd(other) is null))
        {
            // Whoever takes back the last that a client has does not expect it to come back without a question.
            await consents.ForgetAsync(record.ClientId, record.Subject, cancellationToken);
        }
    }
}
