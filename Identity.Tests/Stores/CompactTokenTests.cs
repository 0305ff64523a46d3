using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using Identity.Stores.FileSystem.Models;
using Connection = Identity.Stores.FileSystem.Models.Authorization;

namespace Identity.Tests.Stores;

/// <summary>A token is kept in few bytes, and comes back as it was given.</summary>
[TestFixture]
internal sealed class CompactTokenTests
{
    private static readonly string Hash = Convert.ToBase64String(SHA256.HashData("token"u8));

    private static readonly string?[] References =
    [
        null,
        "",
        "reference",
        Hash,

        // As long, but not what its bytes become again: bits too many, a space, another alphabet, no padding, not ASCII.
        new string('A', 42) + "B=",
        " " + Hash[1..],
        new string('-', 43) + "=",
        new string('A', 44),
        new string('å', 44),
    ];

    private static readonly string?[] Payloads = [null, "", "spent", new string('x', 700), "blåbær", new string('ø', 700), "quote \" and \\ " + new string('y', 40), new string('\n', 40)];

    [Test]
    public async Task Every_reference_and_payload_comes_back_from_memory_and_from_the_files(
        [ValueSource(nameof(References))] string? reference)
    {
        await using var stores = new FileStores();
        var properties = ImmutableDictionary<string, JsonElement>.Empty
            .Add("successor", JsonSerializer.SerializeToElement("a+\"b\" å"))
            .Add("nested", JsonSerializer.SerializeToElement(new { list = new[] { 1, 2 }, number = 1.50m }));
        var dates = new DateTimeOffset?[] { null, DateTimeOffset.MinValue, DateTimeOffset.MaxValue, new DateTimeOffset(2026, 11, 24, 8, 0, 0, 123, TimeSpan.Zero).AddTicks(7) };
        List<Token> given = [];
        foreach (var (payload, number) in Payloads.Select((payload, number) => (payload, number)))
        {
            var token = new Token
            {
                Type = FileStores.RefreshToken,
                Status = "valid",
                ReferenceId = given.Count is 0 ? reference : null,
                Payload = payload,
                CreationDate = dates[number % dates.Length],
                Properties = number % 2 is 0 ? properties : ImmutableDictionary<string, JsonElement>.Empty,
            };
            await stores.Tokens.CreateAsync(token, default);
            given.Add(token);
        }

        await CheckAsync();
        await stores.RestartAsync();
        await CheckAsync();

        async Task CheckAsync()
        {
            foreach (var token in given)
            {
                var found = (await stores.Tokens.FindByIdAsync(token.Id, default))!;
                Assert.That((found.ReferenceId, found.Payload, found.CreationDate), Is.EqualTo((token.ReferenceId, token.Payload, token.CreationDate)));
                Assert.That(
                    found.Properties.Select(property => (property.Key, property.Value.GetRawText())),
                    Is.EquivalentTo(token.Properties.Select(property => (property.Key, property.Value.GetRawText()))));
            }

            if (reference is { Length: > 0 })
            {
                Assert.That((await stores.Tokens.FindByReferenceIdAsync(reference, default))?.Id, Is.EqualTo(given[0].Id));
            }
        }
    }

    [Test]
    public async Task Tokens_of_a_connection_keep_its_keys_once()
    {
        await using var stores = new FileStores();
        var authorization = await stores.AddAuthorizationAsync(await stores.AddClientAsync());
        List<string> ids = [];
        for (var number = 0; number < 3; number++)
        {
            ids.Add((await stores.AddTokenAsync(
                FileStores.RefreshToken,
                new Connection { Id = new string(authorization.Id), ApplicationId = new string(authorization.ApplicationId), Subject = "alice" },
                subject: new string("alice"))).Id);
        }

        foreach (var restarts in new[] { 0, 1 })
        {
            var tokens = new List<Token>();
            foreach (var id in ids)
            {
                tokens.Add((await stores.Tokens.FindByIdAsync(id, default))!);
            }

            foreach (var token in tokens)
            {
                Assert.That(token.AuthorizationId, Is.SameAs(tokens[0].AuthorizationId), $"after {restarts} restarts");
                Assert.That(token.ApplicationId, Is.SameAs(tokens[0].ApplicationId));
                Assert.That(token.Subject, Is.SameAs(tokens[0].Subject));
                Assert.That(token.Type, Is.SameAs(tokens[0].Type));
            }

            await stores.RestartAsync();
        }
    }
}
