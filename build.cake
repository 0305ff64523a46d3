using System.Xml.Linq;

var target = Argument("target", "Default");
var configuration = Argument("configuration", "Release");

var solution = File("./Identity.slnx");
var artifacts = Directory("./artifacts");
var testResults = artifacts + Directory("test-results");
var testCounts = artifacts + File("test-counts.txt");

Task("Clean")
    .Description("Removes what was built.")
    .Does(() =>
{
    CleanDirectories("./**/bin/" + configuration);
    CleanDirectories("./**/obj/" + configuration);
    CleanDirectory(artifacts);
});

Task("Restore")
    .Description("Restores the packages that the lock files name, and no others.")
    .Does(() => DotNetRestore(solution, new DotNetRestoreSettings { LockedMode = true }));

Task("Format")
    .Description("Fails when a file is not formatted; `dotnet format` mends it.")
    .IsDependentOn("Restore")
    .Does(() => DotNetFormat(solution, new DotNetFormatSettings { VerifyNoChanges = true, NoRestore = true }));

Task("Build")
    .Description("Builds everything; a warning is an error.")
    .IsDependentOn("Restore")
    .Does(() => DotNetBuild(solution, new DotNetBuildSettings { Configuration = configuration, NoRestore = true }));

Task("Chromium")
    .Description("Finds the browser that the tests drive, or installs it.")
    .Does(() =>
{
    if (FindChromium() is { } found)
    {
        Information("The tests drive {0}.", found);
        return;
    }

    if (!FileExists("/usr/bin/apt-get"))
    {
        throw new CakeException("The tests drive Chromium, which was not found. Install it, or set CHROMIUM_PATH to its program.");
    }

    Information("Chromium was not found: installing Debian's package 'chromium'.");
    Apt("update", "-qq");
    Apt("install", "-y", "-qq", "--no-install-recommends", "chromium");
    Information("The tests drive {0}.", FindChromium()
        ?? throw new CakeException("Debian's package 'chromium' was installed, but its program was not found. Set CHROMIUM_PATH to it."));
});

Task("Test")
    .Description("Runs all tests, prints their summed counts, and fails when one failed, one did not run, or there was none.")
    .IsDependentOn("Format")
    .IsDependentOn("Build")
    .IsDependentOn("Chromium")
    .Does(() =>
{
    CleanDirectory(testResults);
    if (FileExists(testCounts))
    {
        DeleteFile(testCounts);
    }

    Exception failure = null;
    try
    {
        DotNetTest(solution, new DotNetTestSettings
        {
            Configuration = configuration,
            NoRestore = true,
            NoBuild = true,
            Loggers = new[] { "trx", "console;verbosity=minimal" },
            ResultsDirectory = testResults,
            EnvironmentVariables = new Dictionary<string, string> { ["CHROMIUM_PATH"] = FindChromium(), ["PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD"] = "1" },
        });
    }
    catch (Exception exception)
    {
        // The counts are printed first: they say what failed.
        failure = exception;
    }

    // A runner that finds nothing to run exits with 0, so the counters of its reports are what counts.
    var counters = GetFiles(testResults.Path + "/**/*.trx").SelectMany(report => XDocument.Load(report.FullPath).Descendants()).Where(element => element.Name.LocalName == "Counters").ToList();
    int Sum(string counter) => counters.Sum(element => (int?)element.Attribute(counter) ?? 0);
    var total = Sum("total");
    var passed = Sum("passed");
    var failed = total - passed;
    var counts = $"{passed} passed, {failed} failed";
    System.IO.File.WriteAllText(testCounts, counts + "\n");
    Information("{0} (in {1} reports; a test that did not run counts as failed)", counts, counters.Count);
    if (total == 0)
    {
        throw new CakeException("No test ran.");
    }

    if (failed > 0 || failure is not null)
    {
        throw new CakeException($"{counts}. {failure?.Message}");
    }
});

Task("Publish")
    .Description("Publishes the server for this machine, compiled ahead of time with the runtime it brings along, to artifacts/publish.")
    .Does(() =>
{
    // What nearly all x64 machines of the last ten years can do; where one cannot, the code concerned is compiled at the start.
    var instructions = System.Runtime.InteropServices.RuntimeInformation.OSArchitecture is System.Runtime.InteropServices.Architecture.X64
        ? "-p:PublishReadyToRunCrossgen2ExtraArgs=--instruction-set:x86-64-v3"
        : "";
    DotNetPublish("./Identity.Server/Identity.Server.csproj", new DotNetPublishSettings
    {
        Configuration = configuration,
        Runtime = System.Runtime.InteropServices.RuntimeInformation.RuntimeIdentifier,
        // Without its own copy of the runtime, code that is generic over both would still be compiled at each start.
        SelfContained = true,
        PublishReadyToRun = true,
        OutputDirectory = artifacts + Directory("publish"),
        // The lock file names the packages of a build for any machine; this one also needs the compiler for its own.
        ArgumentCustomization = arguments => arguments
            .Append("-p:PublishReadyToRunComposite=true")
            .Append(instructions)
            .Append("-p:NuGetLockFilePath=obj/publish.lock.json"),
    });
});

Task("Pack")
    .Description("Packs the store library as a NuGet package to artifacts/packages.")
    .IsDependentOn("Build")
    .Does(() => DotNetPack("./Identity.Stores.FileSystem/Identity.Stores.FileSystem.csproj", new DotNetPackSettings
    {
        Configuration = configuration,
        NoRestore = true,
        NoBuild = true,
        OutputDirectory = artifacts + Directory("packages"),
    }));

Task("Default")
    .Description("Builds and tests everything, then publishes the server and packs the library.")
    .IsDependentOn("Test")
    .IsDependentOn("Publish")
    .IsDependentOn("Pack");

RunTarget(target);

string FindChromium() => new[]
    {
        EnvironmentVariable("CHROMIUM_PATH"),
        "/usr/bin/chromium",
        "/usr/bin/chromium-browser",
        "/usr/bin/google-chrome",
        "/snap/bin/chromium",
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    }
    .FirstOrDefault(path => !string.IsNullOrEmpty(path) && FileExists(path));

void Apt(params string[] arguments)
{
    var isRoot = Environment.UserName == "root";
    var command = string.Join(" ", arguments);
    var exitCode = StartProcess(isRoot ? "apt-get" : "sudo", new ProcessSettings
    {
        Arguments = isRoot ? command : "--non-interactive apt-get " + command,
        EnvironmentVariables = new Dictionary<string, string> { ["DEBIAN_FRONTEND"] = "noninteractive" },
    });
    if (exitCode != 0)
    {
        throw new CakeException($"'apt-get {command}' failed. Install the package 'chromium' by hand, or set CHROMIUM_PATH to a Chromium.");
    }
}
