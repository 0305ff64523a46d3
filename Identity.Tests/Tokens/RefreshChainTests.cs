using CsCheck;
using NUnit.Framework;

namespace Identity.Tests.Tokens;

/// <summary>Any order of refreshes, with any of the tokens, against the model.</summary>
internal sealed class RefreshChainTests
{
    private const int Sequences = 30;

    private static readonly Gen<Step> GenStep = Gen.Frequency(
        (10, Gen.Select(Gen.Int[0, 1], Gen.Frequency((6, Gen.Const(0)), (3, Gen.Const(1)), (1, Gen.Int[2, 4])), (connection, back) => new Step(StepKind.Refresh, connection, back))),
        (2, Gen.Select(Gen.Int[0, 1], Gen.Int[0, 1], (connection, back) => new Step(StepKind.RefreshTwiceAtOnce, connection, back))),
        (2, Gen.Select(Gen.Int[0, 1], Gen.Int[0, 4], (connection, back) => new Step(StepKind.RefreshByStranger, connection, back))),
        (2, Gen.Const(new Step(StepKind.WaitSevenHours, 0, 0))));

    private enum StepKind
    {
        Refresh,
        RefreshTwiceAtOnce,
        RefreshByStranger,
        WaitSevenHours,
    }

    [Test]
    public async Task Every_order_of_refreshes_follows_the_policy()
    {
        await using var scene = await TokenScene.StartAsync();
        var client = await scene.RegisterAsync();
        var stranger = await scene.RegisterAsync();

        await GenStep.Array[1, 25].SampleAsync(steps => RunAsync(scene, client, stranger, steps), iter: Sequences, threads: 1);
    }

    private static async Task RunAsync(TokenScene scene, TestClient client, TestClient stranger, Step[] steps)
    {
        var started = new[] { await scene.ConnectAsync(client, "openid"), await scene.ConnectAsync(client, "openid") };
        var models = started.Select(tokens => new RefreshChainModel(tokens.RefreshToken!, scene.Time.GetUtcNow())).ToArray();

        foreach (var step in steps)
        {
            var model = models[step.Connection];
            var token = model.Pick(step.StepsBack);
            switch (step.Kind)
            {
                case StepKind.WaitSevenHours:
                    scene.Time.Advance(TimeSpan.FromHours(7));
                    break;
                case StepKind.RefreshByStranger:
                    Assert.That((await scene.RefreshAsync(stranger, token)).Error, Is.EqualTo("invalid_grant"));
                    break;
                case StepKind.Refresh:
                    Check(model, token, [await scene.RefreshAsync(client, token)], scene.Time.GetUtcNow());
                    break;
                case StepKind.RefreshTwiceAtOnce:
                    Check(model, token, await Task.WhenAll(scene.RefreshAsync(client, token), scene.RefreshAsync(client, token)), scene.Time.GetUtcNow());
                    break;
            }
        }

        for (var index = 0; index < models.Length; index++)
        {
            Assert.That(await scene.GetConnectionStatusAsync(started[index].AuthorizationId), Is.EqualTo(models[index].IsEnded ? "revoked" : "valid"));
            if (models[index].IsEnded)
            {
                Assert.That((await scene.ListTokensAsync(started[index].AuthorizationId)).Select(token => token.Status), Is.All.EqualTo("revoked"));
            }
        }
    }

    private static void Check(RefreshChainModel model, string token, Answer[] answers, DateTimeOffset now)
    {
        if (!model.Present(token, now))
        {
            Assert.That(answers.Select(answer => answer.Error), Is.All.EqualTo("invalid_grant"));
            return;
        }

        var expected = model.Expect(token);
        var received = answers.Select(answer => Tokens.From(answer).RefreshToken!).Distinct().ToList();
        Assert.That(received, Has.Count.EqualTo(1));
        Assert.That(received[0], expected is null ? Is.Not.EqualTo(token) : Is.EqualTo(expected));
        model.Receive(received[0], now);
    }

    private sealed record Step(StepKind Kind, int Connection, int StepsBack);
}
