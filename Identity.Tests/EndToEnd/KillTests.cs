using System.Net;
using System.Security.Cryptography;
using Identity.Tests.Tokens;
using IssuedTokens = Identity.Tests.Tokens.Tokens;

namespace Identity.Tests.EndToEnd;

/// <summary>What clients find after the server was ended without a warning (SIGKILL).</summary>
internal sealed class KillTests
{
    private const int Rounds = 10;

    // Requests that are sent and answers that come in, together, until the end of a round.
    private const int MaximumMoments = 60;

    [Test]
    public async Task A_refresh_that_was_acknowledged_outlives_a_kill_and_so_does_the_end_of_a_connection()
    {
        await using var scene = await ProcessScene.StartAsync();
        var client = await scene.RegisterAsync();
        var first = await scene.ConnectAsync(client);
        var second = IssuedTokens.From(await scene.RefreshAsync(client, first.RefreshToken!));

        await scene.Server.KillAsync();
        await scene.Server.StartAgainAsync();

        // Had the answer been lost on the way, it would be made good.
        var again = IssuedTokens.From(await scene.RefreshAsync(client, first.RefreshToken!));
        Assert.That(again.RefreshToken, Is.EqualTo(second.RefreshToken));
        var third = IssuedTokens.From(await scene.RefreshAsync(client, second.RefreshToken!));
        Assert.That(third.RefreshToken, Is.Not.EqualTo(second.RefreshToken));
        Assert.That((await scene.UserInfoAsync(third.AccessToken)).Status, Is.EqualTo(HttpStatusCode.OK));

        // The first token is spent by now.
        Assert.That((await scene.RefreshAsync(client, first.RefreshToken!)).Error, Is.EqualTo("invalid_grant"));
        await scene.Server.KillAsync();
        await scene.Server.StartAgainAsync();
        Assert.That((await scene.RefreshAsync(client, third.RefreshToken!)).Error, Is.EqualTo("invalid_grant"));
    }

    [Test]
    public async Task Kills_at_any_moment_under_parallel_refreshes_cost_no_client_its_connection()
    {
        await using var scene = await ProcessScene.StartAsync();
        List<Connection> connections = [];
        foreach (var method in new[] { "none", "none", "client_secret_post", "client_secret_basic" })
        {
            var client = await scene.RegisterAsync(method);
            connections.Add(new Connection(scene, client, (await scene.ConnectAsync(client)).RefreshToken!));
        }

        for (var round = 0; round < Rounds; round++)
        {
            var moments = RandomNumberGenerator.GetInt32(1, MaximumMoments + 1);
            var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var refreshes = Task.WhenAll(connections.Select(connection => connection.RefreshUntilTheEndAsync(() =>
            {
                if (Interlocked.Decrement(ref moments) is 0)
                {
                    end.SetResult();
                }
            })));

            // The second only if something went wrong.
            await Task.WhenAny(end.Task, refreshes);
            await scene.Server.KillAsync();
            await refreshes;
            await scene.Server.StartAgainAsync();
            await Task.WhenAll(connections.Select(connection => connection.RefreshAsync()));
        }
    }

    /// <summary>One client with one connection, which always presents the last refresh token that it received.</summary>
    private sealed class Connection(ProcessScene scene, TestClient client, string refreshToken)
    {
        private string _refreshToken = refreshToken;

        /// <summary>Refreshes again and again, twice at a time, until an answer does not come.</summary>
        /// <param name="moment">Called before each request and after each answer.</param>
        public async Task RefreshUntilTheEndAsync(Action moment)
        {
            while (true)
            {
                var answers = await Task.WhenAll(TryRefreshAsync(moment), TryRefreshAsync(moment));
                Receive(answers.OfType<Answer>());
                if (answers.Contains(null))
                {
                    return;
                }
            }
        }

        /// <summary>Refreshes once.</summary>
        public async Task RefreshAsync() => Receive([await scene.RefreshAsync(client, _refreshToken)]);

        private async Task<Answer?> TryRefreshAsync(Action moment)
        {
            try
            {
                moment();
                var answer = await scene.RefreshAsync(client, _refreshToken);
                moment();
                return answer;
            }
            catch (HttpRequestException)
            {
                return null;
            }
        }

        private void Receive(IEnumerable<Answer> answers)
        {
            var received = answers.Select(answer => IssuedTokens.From(answer).RefreshToken!).Distinct().ToList();
            Assert.That(received, Has.Count.LessThan(2), "refreshes at once have one successor");
            foreach (var token in received)
            {
                Assert.That(token, Is.Not.EqualTo(_refreshToken));
                _refreshToken = token;
            }
        }
    }
}
