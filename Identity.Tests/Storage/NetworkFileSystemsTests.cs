using Identity.Stores.FileSystem.Storage;

namespace Identity.Tests.Storage;

[TestFixture]
internal sealed class NetworkFileSystemsTests
{
    [TestCase("nfs")]
    [TestCase("nfs4")]
    [TestCase("cifs")]
    [TestCase("smb3")]
    [TestCase("smbfs")]
    [TestCase("afpfs")]
    [TestCase("ceph")]
    [TestCase("lustre")]
    [TestCase("fuse.sshfs")]
    [TestCase("fuse.rclone")]
    [TestCase("fuse.glusterfs")]
    [TestCase("fuse.s3fs")]
    [TestCase("NFS4")]
    public void What_is_on_another_machine_is_known_by_its_name(string name) => Assert.That(NetworkFileSystems.Contains(name));

    [TestCase("ext4")]
    [TestCase("xfs")]
    [TestCase("btrfs")]
    [TestCase("zfs")]
    [TestCase("f2fs")]
    [TestCase("tmpfs")]
    [TestCase("overlay")]
    [TestCase("apfs")]
    [TestCase("ntfs")]
    [TestCase("9p")]
    [TestCase("virtiofs")]
    [TestCase("fuseblk")]
    [TestCase("fuse.mergerfs")]
    [TestCase("fuse.gocryptfs")]
    [TestCase("fuse")]
    [TestCase("a name to come")]
    public void What_is_on_this_machine_or_unknown_passes(string name) => Assert.That(NetworkFileSystems.Contains(name), Is.False);

    [Test]
    public void A_device_is_found_in_the_mount_table_whatever_stands_before_its_name()
    {
        string[] mounts =
        [
            "22 1 254:0 / / rw,relatime shared:1 master:2 - ext4 /dev/vda rw",
            "30 22 0:41 / /home/alice/a\\040-\\040b rw - nfs4 server:/export rw,vers=4.2",
            "31 22 0:42 / /mnt/far rw,nosuid - fuse.sshfs alice@far:/ rw",
            "not a line of a mount table",
        ];
        Assert.That(NetworkFileSystems.FindName(mounts, "254:0"), Is.EqualTo("ext4"));
        Assert.That(NetworkFileSystems.FindName(mounts, "0:41"), Is.EqualTo("nfs4"));
        Assert.That(NetworkFileSystems.FindName(mounts, "0:42"), Is.EqualTo("fuse.sshfs"));
        Assert.That(NetworkFileSystems.FindName(mounts, "0:4"), Is.Null);
    }

    [Test]
    public void The_name_is_that_of_the_folder_itself_also_behind_a_link()
    {
        Assert.That(NetworkFileSystems.NameOf("/proc"), Is.EqualTo("proc"));
        Assert.That(NetworkFileSystems.NameOf("/dev/shm"), Is.EqualTo("tmpfs"));
        Assert.That(NetworkFileSystems.NameOf("/nowhere"), Is.Null);
        var link = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        File.CreateSymbolicLink(link, "/proc");
        try
        {
            Assert.That(NetworkFileSystems.NameOf(link), Is.EqualTo("proc"));
        }
        finally
        {
            File.Delete(link);
        }
    }

    [Test]
    public async Task A_directory_on_a_network_file_system_is_refused_before_it_is_created()
    {
        await using var directory = new NoteDirectory { Files = new FaultyFileSystem { Format = "nfs4" } };
        Assert.That(directory.Open, Throws.InstanceOf<StorageException>()
            .With.Message.Contains($"'{directory.Path}' would be on a network file system (nfs4)").And.Message.Contains("Use a local disk"));
        Assert.That(Directory.Exists(directory.Path), Is.False);
    }
}
