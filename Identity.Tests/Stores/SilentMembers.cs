using System.Collections.Immutable;
using System.Reflection;

namespace Identity.Tests.Stores;

/// <summary>Passes calls on, but for those of members that are silent: they do nothing and answer with nothing.</summary>
#pragma warning disable CA1852 // The proxy is a class that the runtime derives from this one.
internal class SilentMembers<T> : DispatchProxy
    where T : class
{
    private static readonly MethodInfo NothingOf = typeof(SilentMembers<T>).GetMethod(nameof(Nothing), BindingFlags.NonPublic | BindingFlags.Static)!;
    private static readonly MethodInfo NoneOf = typeof(SilentMembers<T>).GetMethod(nameof(None), BindingFlags.NonPublic | BindingFlags.Static)!;

    private T _target = null!;
    private Func<MethodInfo, bool> _isSilent = null!;

    public static T Create(T target, Func<MethodInfo, bool> isSilent)
    {
        var store = Create<T, SilentMembers<T>>();
        var proxy = (SilentMembers<T>)(object)store;
        (proxy._target, proxy._isSilent) = (target, isSilent);
        return store;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        if (!_isSilent(targetMethod!.IsGenericMethod ? targetMethod.GetGenericMethodDefinition() : targetMethod))
        {
            return targetMethod.Invoke(_target, BindingFlags.DoNotWrapExceptions, null, args, null);
        }

        var answer = targetMethod.ReturnType;
        if (answer == typeof(ValueTask))
        {
            return default(ValueTask);
        }

        var isSequence = answer.GetGenericTypeDefinition() == typeof(IAsyncEnumerable<>);
        return (isSequence ? NoneOf : NothingOf).MakeGenericMethod(answer.GetGenericArguments()).Invoke(null, null);
    }

    private static ValueTask<TResult> Nothing<TResult>()
    {
        // What a store must not return in place of an empty collection would be noticed whatever its content.
        var type = typeof(TResult);
        var isCollection = type.IsGenericType &&
            (type.GetGenericTypeDefinition() == typeof(ImmutableArray<>) || type.GetGenericTypeDefinition() == typeof(ImmutableDictionary<,>));
        return new(isCollection ? (TResult)type.GetField("Empty")!.GetValue(null)! : default!);
    }

    private static IAsyncEnumerable<TResult> None<TResult>() => AsyncEnumerable.Empty<TResult>();
}
