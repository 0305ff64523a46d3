using Identity.Server.Accounts;
using Identity.Server.Tokens.Connections;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Identity.Server.Authorization.Connections;

/// <summary>Lists what a person has allowed, by client, those connections that ended lately among them.</summary>
internal sealed class ConnectionsModel(ConnectionRecords records, SignInAddress addresses) : PageModel
{
    internal const string Route = "/connections";

    public IReadOnlyList<ConnectedClient> Clients { get; private set; } = [];

    public async Task<IActionResult> OnGetAsync()
    {
        if (await Session.FindAsync(HttpContext) is not { } session)
        {
            return Redirect(addresses.Create(HttpContext, Request.PathBase + Route));
        }

        Clients =
        [
            .. records.List(session.User.Id)
                .Select(record => new ConnectionView(record, records.FindEnd(record)))
                .GroupBy(view => view.Record.ClientId)
                .Select(group => new ConnectedClient(
                    group.MaxBy(view => view.Record.BeganAt)!.ClientName,
                    [.. group.OrderBy(view => view.End is not null).ThenByDescending(view => view.Record.LastUsedAt)]))
                // Those that can go on come first, then the ones used last.
                .OrderBy(client => client.Connections[0].End is not null).ThenByDescending(client => client.Connections[0].Record.LastUsedAt),
        ];
        return Page();
    }
}

/// <summary>A client and what a person allowed it.</summary>
/// <param name="Name">What it calls itself; null: nothing.</param>
/// <param name="Connections">Its connections, at least one; those that can go on come first.</param>
internal sealed record ConnectedClient(string? Name, IReadOnlyList<ConnectionView> Connections);
