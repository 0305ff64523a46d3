using System.ComponentModel;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Identity.Stores.FileSystem.Storage;

/// <summary>What stands under a name; a symbolic link is not followed.</summary>
internal enum EntryKind
{
    File,
    Folder,
    Link,

    /// <summary>A pipe, a socket or a device.</summary>
    Other,
}

/// <summary>What stands under a name, whose it is and on which device. .NET tells neither of the last two.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Owner">The number of the user that it belongs to; null where that cannot be asked.</param>
/// <param name="Device">The device as <c>/proc/self/mountinfo</c> names it, <c>8:1</c>; null where that cannot be asked.</param>
/// <param name="Target">What a link points to.</param>
internal readonly partial record struct FileIdentity(EntryKind Kind, uint? Owner = null, string? Device = null, string? Target = null)
{
    private const int CurrentFolder = -100;
    private const int DoNotFollow = 0x100;
    private const uint TypeModeAndOwner = 0x1 | 0x2 | 0x8;
    private const int NoSuchEntry = 2;
    private const int NotAFolder = 20;

    /// <summary>The number of the user as whom this process runs.</summary>
    public static uint? CurrentUser => OperatingSystem.IsLinux() ? GetEffectiveUserId() : null;

    /// <returns>Null where there is nothing.</returns>
    /// <exception cref="IOException">That cannot be found out.</exception>
    public static FileIdentity? Of(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            return Describe(path);
        }

        // A structure of the kernel's, the same on every processor: mask at 0, owner at 20, mode at 28, device at 136.
        Span<byte> answer = stackalloc byte[256];
        try
        {
            if (Ask(CurrentFolder, path, DoNotFollow, TypeModeAndOwner, ref MemoryMarshal.GetReference(answer)) < 0)
            {
                return Marshal.GetLastPInvokeError() is var error and not (NoSuchEntry or NotAFolder)
                    ? throw new IOException($"'{path}': {new Win32Exception(error).Message}")
                    : null;
            }
        }
        catch (EntryPointNotFoundException)
        {
            // An old C library. What cannot be asked is not checked.
            return Describe(path);
        }

        var kind = (MemoryMarshal.Read<ushort>(answer[28..]) & 0xF000) switch
        {
            0x8000 => EntryKind.File,
            0x4000 => EntryKind.Folder,
            0xA000 => EntryKind.Link,
            _ => EntryKind.Other,
        };
        var device = string.Create(CultureInfo.InvariantCulture, $"{MemoryMarshal.Read<uint>(answer[136..])}:{MemoryMarshal.Read<uint>(answer[140..])}");
        return new(kind, MemoryMarshal.Read<uint>(answer[20..]), device, kind is EntryKind.Link ? new FileInfo(path).LinkTarget : null);
    }

    private static FileIdentity? Describe(string path)
    {
        FileSystemInfo entry = Directory.Exists(path) ? new DirectoryInfo(path) : new FileInfo(path);
        return entry.LinkTarget is { } target ? new(EntryKind.Link, Target: target)
            : !entry.Exists ? null
            : new(entry is DirectoryInfo ? EntryKind.Folder : EntryKind.File);
    }

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Ask(int folder, string path, int flags, uint mask, ref byte answer);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint GetEffectiveUserId();
}
