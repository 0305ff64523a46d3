using Identity.Tests.Infrastructure;
using NUnit.Framework;

namespace Identity.Tests;

/// <summary>Ends what all tests shared.</summary>
[SetUpFixture]
internal sealed class ChromiumEnd
{
    [OneTimeTearDown]
    public Task StopAsync() => Chromium.StopAsync();
}
