namespace Identity.Tests.Infrastructure;

/// <summary>Where the server was built, in the same configuration as these tests.</summary>
internal static class ServerAssembly
{
    /// <summary>The folder with the server and all that belongs to it.</summary>
    public static string Folder { get; } = AppContext.BaseDirectory.Replace("Identity.Tests", "Identity.Server", StringComparison.Ordinal);

    /// <summary>The program.</summary>
    public static string Path { get; } = System.IO.Path.Combine(Folder, "Identity.Server.dll");
}
