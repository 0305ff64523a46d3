using System.Reflection;

namespace Identity.Tests.Stores;

/// <summary>Passes calls on and tells which members were called.</summary>
#pragma warning disable CA1852 // The proxy is a class that the runtime derives from this one.
internal class RecordingProxy<T> : DispatchProxy
    where T : class
{
    private T _target = null!;
    private Action<MethodInfo> _called = null!;

    public static T Create(T target, Action<MethodInfo> called)
    {
        var proxy = Create<T, RecordingProxy<T>>();
        ((RecordingProxy<T>)(object)proxy)._target = target;
        ((RecordingProxy<T>)(object)proxy)._called = called;
        return proxy;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        _called(targetMethod!.IsGenericMethod ? targetMethod.GetGenericMethodDefinition() : targetMethod);
        return targetMethod.Invoke(_target, args);
    }
}
