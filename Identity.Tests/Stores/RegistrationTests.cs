using Identity.Stores.FileSystem.Models;
using Identity.Stores.FileSystem.Storage;
using Identity.Tests.Infrastructure;
using Identity.Tests.Storage;
using Microsoft.Extensions.DependencyInjection;
using OpenIddict.Abstractions;

namespace Identity.Tests.Stores;

/// <summary>What a host of the library gets that has an OpenIddict server of its own.</summary>
[TestFixture]
internal sealed class RegistrationTests
{
    [Test]
    public async Task The_managers_of_OpenIddict_work_on_the_files()
    {
        await using var stores = new FileStores();
        await using (var scope = stores.Services.CreateAsyncScope())
        {
            var applications = scope.ServiceProvider.GetRequiredService<IOpenIddictApplicationManager>();
            var client = await applications.CreateAsync(new OpenIddictApplicationDescriptor
            {
                ClientId = "client",
                ClientSecret = "not-in-any-file",
                RedirectUris = { new Uri("https://client.example/callback") },
            });
            var authorizations = scope.ServiceProvider.GetRequiredService<IOpenIddictAuthorizationManager>();
            var authorization = await authorizations.CreateAsync(new OpenIddictAuthorizationDescriptor
            {
                ApplicationId = await applications.GetIdAsync(client),
                Subject = "alice",
                Status = "valid",
                Type = "permanent",
                Scopes = { "openid" },
            });
            await scope.ServiceProvider.GetRequiredService<IOpenIddictTokenManager>().CreateAsync(new OpenIddictTokenDescriptor
            {
                ApplicationId = await applications.GetIdAsync(client),
                AuthorizationId = await authorizations.GetIdAsync(authorization),
                Subject = "alice",
                Type = FileStores.RefreshToken,
                Status = "valid",
                ReferenceId = "value",
            });
            await scope.ServiceProvider.GetRequiredService<IOpenIddictScopeManager>().CreateAsync(new OpenIddictScopeDescriptor { Name = "notes" });
        }

        await stores.RestartAsync();
        await using (var scope = stores.Services.CreateAsyncScope())
        {
            var applications = scope.ServiceProvider.GetRequiredService<IOpenIddictApplicationManager>();
            var client = (await applications.FindByClientIdAsync("client"))!;
            Assert.That(await applications.ValidateClientSecretAsync(client, "not-in-any-file"), Is.True);
            Assert.That(await scope.ServiceProvider.GetRequiredService<IOpenIddictTokenManager>().FindByReferenceIdAsync("value"), Is.Not.Null);
            Assert.That(await scope.ServiceProvider.GetRequiredService<IOpenIddictScopeManager>().FindByNameAsync("notes"), Is.Not.Null);
            Assert.That(await scope.ServiceProvider.GetRequiredService<IOpenIddictAuthorizationManager>().CountAsync(), Is.EqualTo(1));
        }

        Assert.That(stores.AllText(), Does.Not.Contain("not-in-any-file"));
    }

    [Test]
    public async Task A_host_keeps_a_collection_of_its_own_in_the_same_directory()
    {
        using var directory = new TemporaryDirectory();
        var definition = new CollectionDefinition<Note>("notes") { Json = NoteJson.Default.Note, Indexes = [Note.ByOwner] };
        for (var start = 1; start <= 2; start++)
        {
            var services = new ServiceCollection();
            services.AddLogging();
            services.AddCollection(definition).AddCollection(definition);
            services.AddOpenIddict().AddCore(core => core.UseFileSystem(options => options.Directory = directory.Path));
            await using var provider = services.BuildServiceProvider();

            var notes = provider.GetRequiredService<Collection<Note>>();
            await notes.AddAsync(new Note { Owner = "host" });
            Assert.That(notes.Find(Note.ByOwner, "host"), Has.Count.EqualTo(start));
            Assert.That(provider.GetRequiredService<StorageDirectory>().GetCollection(definition), Is.SameAs(notes));
        }

        Assert.That(directory.Files, Does.Contain("notes.json").And.Contain("clients.json"));
    }

    [Test]
    public async Task The_stores_are_the_same_for_everybody()
    {
        await using var stores = new FileStores();
        await using var scope = stores.Services.CreateAsyncScope();
        Assert.That(scope.ServiceProvider.GetRequiredService<IOpenIddictTokenStore<Token>>(), Is.SameAs(stores.Tokens));
    }
}
