namespace Identity.Tests.Storage;

/// <summary>What must hold of a directory in memory, thousands of times: NUnit's own comparison of collections takes longer than all the rest.</summary>
internal static class DirectoryAssert
{
    /// <summary>Two directories hold the same entries.</summary>
    public static void Same(SortedDictionary<string, string> found, SortedDictionary<string, string> expected, string what)
    {
        if (!found.SequenceEqual(expected))
        {
            Assert.Fail($"{what}: {string.Join(", ", found.Except(expected))} instead of {string.Join(", ", expected.Except(found))}");
        }
    }

    /// <summary>A directory has the same files with the same bytes.</summary>
    public static void Unchanged(MemoryFileSystem files, SortedDictionary<string, byte[]> before, string what)
    {
        var content = files.Content;
        if (!content.Keys.SequenceEqual(before.Keys) || content.Any(file => !file.Value.AsSpan().SequenceEqual(before[file.Key])))
        {
            Assert.Fail($"{what}: {string.Join(", ", content.Keys)} instead of {string.Join(", ", before.Keys)}, or with other content");
        }
    }

    /// <summary>Every file is in the folder that keeps what was there before, but for keys that go on.</summary>
    public static void Kept(string folderPrefix, MemoryFileSystem files, SortedDictionary<string, byte[]> before, string what)
    {
        var after = files.Content;
        var folders = after.Keys.Where(name => name.StartsWith(folderPrefix, StringComparison.Ordinal)).Select(name => name.Split('/')[0]).Distinct().ToList();
        Assert.That(folders, Has.Count.EqualTo(1), what);
        foreach (var (name, content) in before)
        {
            if (!content.AsSpan().SequenceEqual(after.GetValueOrDefault($"{folders[0]}/{name}")) && !(IsKey(name) && content.AsSpan().SequenceEqual(after.GetValueOrDefault(name))))
            {
                Assert.Fail($"{what}: '{name}' was not kept");
            }
        }
    }

    public static bool IsKey(string name) => name.StartsWith("keys/", StringComparison.Ordinal);
}
