using Identity.Tests.Infrastructure;
using Microsoft.Playwright;

namespace Identity.Tests.Pages;

/// <summary>A page in one of its states, to be looked at.</summary>
/// <param name="Name">What its picture is called.</param>
/// <param name="Route">The route of the page, as it names it itself.</param>
/// <param name="Address">Where it is; null: it is what the one before leads to.</param>
/// <param name="As">Who looks at it.</param>
internal sealed record PageStop(string Name, string Route, Func<PageScene, Task<string>>? Address, Viewer As = Viewer.Alice)
{
    public PageStop(string name, string route, string address, Viewer viewer = Viewer.Alice)
        : this(name, route, _ => Task.FromResult(address), viewer)
    {
    }

    /// <summary>What the person does there before the picture is taken.</summary>
    public Func<PageScene, IPage, Task>? Act { get; init; }
}

/// <summary>Who looks at a page.</summary>
internal enum Viewer
{
    /// <summary>Somebody who is signed in.</summary>
    Alice,

    /// <summary>Somebody who is not.</summary>
    Stranger,
}
