using System.Diagnostics;

namespace Identity.Tests.Infrastructure;

/// <summary>
/// A real file system (tmpfs) of a given size. It is mounted in a namespace of its own, where it ends with the process that holds it, and is
/// reached through that process.
/// </summary>
internal sealed class SmallDisk : IDisposable
{
    private readonly TemporaryDirectory _mountPoint;
    private readonly Process _holder;

    private SmallDisk(TemporaryDirectory mountPoint, Process holder) => (_mountPoint, _holder) = (mountPoint, holder);

    /// <summary>The root of the disk, as any process of this user reaches it.</summary>
    public string Path => $"/proc/{_holder.Id}/root{_mountPoint.Parent}";

    private string Ballast => System.IO.Path.Combine(Path, "ballast");

    /// <summary>Mounts a disk.</summary>
    /// <param name="kibibytes">Its size.</param>
    public static async Task<SmallDisk> MountAsync(int kibibytes)
    {
        var errors = "";
        foreach (var namespaces in (string[])["--mount", "-Urm"])
        {
            var mountPoint = new TemporaryDirectory();
            var holder = Process.Start(new ProcessStartInfo("unshare")
            {
                ArgumentList =
                {
                    namespaces, "sh", "-c", "mount -t tmpfs -o \"size=$1k,mode=700\" tmpfs \"$0\" && echo mounted && exec cat", mountPoint.Parent, $"{kibibytes}",
                },
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            if (await holder.StandardOutput.ReadLineAsync() is "mounted")
            {
                return new SmallDisk(mountPoint, holder);
            }

            errors += await holder.StandardError.ReadToEndAsync();
            holder.Dispose();
            mountPoint.Dispose();
        }

        throw new AssertionException($"A small disk could not be mounted, which takes root or user namespaces (unshare -Urm): {errors}");
    }

    /// <summary>Takes up what is left of the disk, to the last byte.</summary>
    public void Fill()
    {
        using var ballast = new FileStream(Ballast, FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);
        for (var page = new byte[4_096]; ;)
        {
            try
            {
                ballast.Write(page);
            }
            catch (IOException)
            {
                return;
            }
        }
    }

    /// <summary>Gives back what <see cref="Fill"/> took.</summary>
    public void Free() => File.Delete(Ballast);

    /// <inheritdoc />
    public void Dispose()
    {
        _holder.StandardInput.Close();
        _holder.WaitForExit();
        _holder.Dispose();
        _mountPoint.Dispose();
    }
}
