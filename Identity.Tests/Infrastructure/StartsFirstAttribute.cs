using NUnit.Framework.Interfaces;
using NUnit.Framework.Internal;

namespace Identity.Tests.Infrastructure;

/// <summary>What has it starts before what stands beside it. No test may depend on that.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class StartsFirstAttribute : NUnitAttribute, IApplyToTest
{
    /// <inheritdoc />
    public void ApplyToTest(Test test) => test.Properties.Set(PropertyNames.Order, 0);
}
