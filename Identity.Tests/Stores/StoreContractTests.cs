using System.Collections.Immutable;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using OpenIddict.Abstractions;

namespace Identity.Tests.Stores;

/// <summary>
/// What random operations do not come by: refused arguments, absent values, references to nothing, entries that are gone. Every
/// implementation of OpenIddict's stores must answer alike, OpenIddict's own first.
/// </summary>
internal abstract partial class StoreContractTests<TApplication, TAuthorization, TScope, TToken>(string tokenType)
    where TApplication : class
    where TAuthorization : class
    where TScope : class
    where TToken : class
{
    private IStoreHost? _host;
    private AsyncServiceScope _scope;

    private IOpenIddictApplicationStore<TApplication> Applications => _scope.ServiceProvider.GetRequiredService<IOpenIddictApplicationStore<TApplication>>();

    private IOpenIddictAuthorizationStore<TAuthorization> Authorizations => _scope.ServiceProvider.GetRequiredService<IOpenIddictAuthorizationStore<TAuthorization>>();

    private IOpenIddictScopeStore<TScope> Scopes => _scope.ServiceProvider.GetRequiredService<IOpenIddictScopeStore<TScope>>();

    private IOpenIddictTokenStore<TToken> Tokens => _scope.ServiceProvider.GetRequiredService<IOpenIddictTokenStore<TToken>>();

    [SetUp]
    public void Start() => _scope = (_host = Open()).CreateScope();

    [TearDown]
    public async Task StopAsync()
    {
        await _scope.DisposeAsync();
        if (_host is not null)
        {
            await _host.DisposeAsync();
        }
    }

    protected abstract IStoreHost Open();

    [Test]
    public async Task A_null_entry_or_query_is_refused_by_every_member_that_takes_one()
    {
        var tested = 0;
        foreach (var (store, member) in Members())
        {
            var first = member.GetParameters()[0];
            if (first.ParameterType.IsValueType || first.ParameterType == typeof(string))
            {
                continue;
            }

            tested++;
            Assert.That(await ThrownAsync(store, member, null), Is.TypeOf<ArgumentNullException>(), Name(member));
        }

        Assert.That(tested, Is.GreaterThan(100));
    }

    [Test]
    public async Task A_null_or_empty_key_is_refused_by_every_look_up_and_revocation_by_it()
    {
        var tested = 0;
        foreach (var (store, member) in Members().Where(pair => pair.Member.Name.Contains("By", StringComparison.Ordinal) && pair.Member.GetParameters()[0].ParameterType == typeof(string)))
        {
            tested++;
            Assert.That(await ThrownAsync(store, member, null), Is.TypeOf<ArgumentNullException>(), Name(member));
            Assert.That(await ThrownAsync(store, member, string.Empty), Is.TypeOf<ArgumentException>(), Name(member));
        }

        Assert.That(tested, Is.EqualTo(20));
        Assert.That(async () => await Scopes.FindByNamesAsync(["one", ""], default).ToListAsync(), Throws.TypeOf<ArgumentException>());
        Assert.That(await Scopes.FindByNamesAsync([], default).ToListAsync(), Is.Empty);
    }

    [Test]
    public async Task A_new_entry_has_nothing_and_says_so_without_null_collections()
    {
        var described = new List<string>();
        foreach (var (store, member) in Members().Where(pair => pair.Member.Name.StartsWith("Get", StringComparison.Ordinal) && !pair.Member.IsGenericMethod))
        {
            var entity = await NewAsync(store);
            if (member.Name is not "GetIdAsync" && await ResultAsync(store, member, entity) is { } value && !IsEmpty(value))
            {
                described.Add($"{Name(member)}: {value}");
            }
        }

        Assert.That(described, Is.Empty);
    }

    [Test]
    public async Task Null_values_and_collections_are_taken_and_come_back_as_nothing()
    {
        foreach (var (store, member) in Members().Where(pair => pair.Member.Name.StartsWith("Set", StringComparison.Ordinal)))
        {
            var entity = await NewAsync(store);
            await InvokeAsync(store, member, entity, null);
            var getter = member.DeclaringType!.GetMethod("Get" + member.Name["Set".Length..])!;
            Assert.That(await ResultAsync(store, getter, entity) is not { } value || IsEmpty(value), Name(member));
        }
    }

    [Test]
    public async Task Empty_strings_in_collections_are_left_out()
    {
        var application = await Applications.InstantiateAsync(default);
        await Applications.SetPermissionsAsync(application, ["one", "", "two"], default);
        await Applications.SetSettingsAsync(application, ImmutableDictionary<string, string>.Empty.Add("empty", "").Add("full", "value"), default);
        await Applications.SetDisplayNamesAsync(application, ImmutableDictionary<CultureInfo, string>.Empty.Add(CultureInfo.GetCultureInfo("fr"), ""), default);
        Assert.That(await Applications.GetPermissionsAsync(application, default), Is.EqualTo(new[] { "one", "two" }));
        Assert.That(await Applications.GetSettingsAsync(application, default), Is.EqualTo(ImmutableDictionary<string, string>.Empty.Add("full", "value")));
        Assert.That(await Applications.GetDisplayNamesAsync(application, default), Is.Empty);
    }

    [Test]
    public async Task A_reference_to_a_client_or_connection_that_is_not_there_is_none()
    {
        var token = await Tokens.InstantiateAsync(default);
        await Tokens.SetApplicationIdAsync(token, "nothing", default);
        await Tokens.SetAuthorizationIdAsync(token, "nothing", default);
        Assert.That(await Tokens.GetApplicationIdAsync(token, default), Is.Null);
        Assert.That(await Tokens.GetAuthorizationIdAsync(token, default), Is.Null);

        var authorization = await Authorizations.InstantiateAsync(default);
        await Authorizations.SetApplicationIdAsync(authorization, "nothing", default);
        Assert.That(await Authorizations.GetApplicationIdAsync(authorization, default), Is.Null);
    }

    [TestCase(null)]
    [TestCase("")]
    [TestCase("nothing")]
    public async Task A_reference_that_was_taken_away_stays_away(string? nothing)
    {
        var application = await Applications.InstantiateAsync(default);
        await Applications.SetClientIdAsync(application, "client", default);
        await Applications.CreateAsync(application, default);
        var id = await Applications.GetIdAsync(application, default);
        var token = await Tokens.InstantiateAsync(default);
        await Tokens.SetTypeAsync(token, tokenType, default);
        await Tokens.SetReferenceIdAsync(token, "reference", default);
        await Tokens.SetApplicationIdAsync(token, id, default);
        await Tokens.CreateAsync(token, default);
        Assert.That(await Tokens.GetApplicationIdAsync(token, default), Is.EqualTo(id));

        await Tokens.SetApplicationIdAsync(token, nothing, default);
        await Tokens.UpdateAsync(token, default);
        Assert.That(await Tokens.GetApplicationIdAsync(token, default), Is.Null);
        Assert.That(await Tokens.FindByApplicationIdAsync(id!, default).ToListAsync(), Is.Empty);

        await using var scope = _host!.CreateScope();
        var tokens = scope.ServiceProvider.GetRequiredService<IOpenIddictTokenStore<TToken>>();
        var found = (await tokens.FindByReferenceIdAsync("reference", default))!;
        Assert.That(await tokens.GetApplicationIdAsync(found, default), Is.Null);
    }

    [Test]
    public async Task Dates_come_back_in_UTC()
    {
        var date = new DateTimeOffset(2026, 11, 24, 3, 0, 0, TimeSpan.FromHours(5));
        var token = await Tokens.InstantiateAsync(default);
        await Tokens.SetCreationDateAsync(token, date, default);
        await Tokens.SetExpirationDateAsync(token, date, default);
        await Tokens.SetRedemptionDateAsync(token, date, default);
        var authorization = await Authorizations.InstantiateAsync(default);
        await Authorizations.SetCreationDateAsync(authorization, date, default);
        DateTimeOffset?[] dates =
        [
            await Tokens.GetCreationDateAsync(token, default), await Tokens.GetExpirationDateAsync(token, default),
            await Tokens.GetRedemptionDateAsync(token, default), await Authorizations.GetCreationDateAsync(authorization, default),
        ];
        Assert.That(dates, Is.All.EqualTo(date));
        Assert.That(dates.Select(value => value?.Offset), Is.All.EqualTo(TimeSpan.Zero));
    }

    [Test]
    public async Task What_was_never_there_can_be_neither_updated_nor_deleted()
    {
        foreach (var (store, member) in Members().Where(pair => pair.Member.Name is "UpdateAsync" or "DeleteAsync"))
        {
            var entity = await NewAsync(store);
            entity.GetType().GetProperty("Id")!.SetValue(entity, "never-there-to-" + member.Name);
            Assert.That(await ThrownAsync(store, member, entity), Is.TypeOf<OpenIddictExceptions.ConcurrencyException>(), Name(member));
        }
    }

    [Test]
    public async Task A_query_is_given_its_state_and_answers_with_the_first_or_nothing()
    {
        foreach (var name in new[] { "b", "a", "c" })
        {
            var scope = await Scopes.InstantiateAsync(default);
            await Scopes.SetNameAsync(scope, name, default);
            await Scopes.CreateAsync(scope, default);
        }

        Assert.That(await Scopes.GetAsync(static (query, text) => query.Select(_ => text), "state", default), Is.EqualTo("state"));
        Assert.That(await Scopes.GetAsync(static (query, count) => query.Take(count).Select(_ => "none"), 0, default), Is.Null);
        Assert.That(await Scopes.ListAsync(static (query, count) => query.Take(count).Select(_ => count), 2, default).ToListAsync(), Is.EqualTo(new[] { 2, 2 }));
        Assert.That(await Scopes.CountAsync(query => query.Take(2), default), Is.EqualTo(2));
        Assert.That(await Scopes.ListAsync(count: 0, offset: null, default).ToListAsync(), Is.Empty);
        Assert.That(await Scopes.ListAsync(count: null, offset: 2, default).ToListAsync(), Has.Count.EqualTo(1));
        Assert.That(await Scopes.ListAsync(count: 5, offset: 3, default).ToListAsync(), Is.Empty);
    }

    private IEnumerable<(object Store, MethodInfo Member)> Members() =>
        from pair in new (object Store, Type Interface)[]
        {
            (Applications, typeof(IOpenIddictApplicationStore<TApplication>)), (Authorizations, typeof(IOpenIddictAuthorizationStore<TAuthorization>)),
            (Scopes, typeof(IOpenIddictScopeStore<TScope>)), (Tokens, typeof(IOpenIddictTokenStore<TToken>)),
        }
        from member in pair.Interface.GetMethods()
        select (pair.Store, member.IsGenericMethodDefinition ? member.MakeGenericMethod([.. member.GetGenericArguments().Select(_ => typeof(string))]) : member);

    private async ValueTask<object> NewAsync(object store) => store switch
    {
        IOpenIddictApplicationStore<TApplication> => await Applications.InstantiateAsync(default),
        IOpenIddictAuthorizationStore<TAuthorization> => await Authorizations.InstantiateAsync(default),
        IOpenIddictScopeStore<TScope> => await Scopes.InstantiateAsync(default),
        _ => await Tokens.InstantiateAsync(default),
    };

    private static bool IsEmpty(object value) => value switch
    {
        ImmutableArray<string> array => !array.IsDefault && array.IsEmpty,
        ImmutableDictionary<string, JsonElement> map => map.IsEmpty,
        ImmutableDictionary<string, string> map => map.IsEmpty,
        ImmutableDictionary<CultureInfo, string> map => map.IsEmpty,
        _ => false,
    };

    private static string Name(MethodInfo member) => $"{member.DeclaringType!.Name}.{member.Name}";

    private static async ValueTask<Exception?> ThrownAsync(object store, MethodInfo member, params object?[]? arguments)
    {
        try
        {
            await InvokeAsync(store, member, arguments ?? [null]);
            return null;
        }
        catch (TargetInvocationException exception)
        {
            return exception.InnerException;
        }
        catch (Exception exception) when (exception is ArgumentException or OpenIddictExceptions.ConcurrencyException)
        {
            return exception;
        }
    }

    private static async ValueTask<object?> ResultAsync(object store, MethodInfo member, object entity) => await InvokeAsync(store, member, entity);

    // Members that return a sequence refuse their arguments at the call; the others may do so in the task that they return.
    private static async ValueTask<object?> InvokeAsync(object store, MethodInfo member, params object?[] arguments)
    {
        var values = member.GetParameters().Select((parameter, position) =>
            position < arguments.Length && arguments[position] is { } argument ? argument
            : parameter.ParameterType.IsValueType ? Activator.CreateInstance(parameter.ParameterType)
            : null).ToArray();
        var returned = member.Invoke(store, values)!;
        if (returned is ValueTask completion)
        {
            await completion;
            return null;
        }

        if (returned.GetType() is { IsGenericType: true } type && type.GetGenericTypeDefinition() == typeof(ValueTask<>))
        {
            var task = (Task)type.GetMethod(nameof(ValueTask<>.AsTask))!.Invoke(returned, null)!;
            await task;
            return task.GetType().GetProperty(nameof(Task<>.Result))!.GetValue(task);
        }

        return returned;
    }
}
