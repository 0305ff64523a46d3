using Identity.Stores.FileSystem.Storage;

namespace Identity.Tests.Storage;

/// <summary>
/// What the kernel says of a flush reaches the engine. All other tests of faults put something in the place of the file system; here it is the
/// real one, asked for something that it refuses.
/// </summary>
[TestFixture]
[Platform("Linux")]
internal sealed class DiskFlushTests
{
    [Test]
    public void A_file_that_cannot_be_flushed_is_an_error()
    {
        using var file = new PhysicalFileSystem().OpenFile("/proc/self/comm");

        Assert.That(file.Flush, Throws.InstanceOf<IOException>().With.Message.Contains("/proc/self/comm").And.Message.Contains("Invalid argument"));
    }

    [Test]
    public void A_folder_that_cannot_be_flushed_is_an_error()
        => Assert.That(() => new PhysicalFileSystem().FlushFolder("/proc"), Throws.InstanceOf<IOException>().With.Message.Contains("'/proc'").And.Message.Contains("Invalid argument"));

    [Test]
    public void A_folder_that_cannot_be_opened_is_an_error()
        => Assert.That(() => new PhysicalFileSystem().FlushFolder("/proc/none"), Throws.InstanceOf<IOException>().With.Message.Contains("'/proc/none'"));
}
