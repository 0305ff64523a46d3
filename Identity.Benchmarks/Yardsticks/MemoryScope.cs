using System.Reflection;
using OpenIddict.Abstractions;

namespace Identity.Benchmarks.Yardsticks;

/// <summary>The yardstick's scopes are all named in its options, for which OpenIddict asks no store.</summary>
public sealed class MemoryScope
{
    /// <summary>A store that OpenIddict's manager can be given, and that says so if it is asked all the same.</summary>
    public static IOpenIddictScopeStore<MemoryScope> CreateStore() => DispatchProxy.Create<IOpenIddictScopeStore<MemoryScope>, Unasked>();

    /// <summary>Answers no question.</summary>
    public class Unasked : DispatchProxy
    {
        /// <inheritdoc />
        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
            => throw new NotSupportedException($"The yardstick keeps no scopes, but was asked: {targetMethod?.Name}.");
    }
}
