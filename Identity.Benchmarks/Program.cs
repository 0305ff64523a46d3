using System.CommandLine;
using BenchmarkDotNet.Running;
using Identity.Benchmarks.Load;
using Identity.Benchmarks.Size;
using Identity.Benchmarks.Yardsticks;

// Without one of these commands the arguments are BenchmarkDotNet's, such as --filter '*Commit*'.
if (args is not ["load" or "size" or "yardstick", ..])
{
    BenchmarkSwitcher.FromAssembly(typeof(LoadCommand).Assembly).Run(args);
    return 0;
}

var root = new RootCommand("Benchmarks of the engine (without a command), and of whole servers side by side.")
{
    LoadCommand.Create(),
    SizeCommand.Create(),
    YardstickCommand.Create(),
};
return await root.Parse(args).InvokeAsync();
