namespace Identity.Stores.FileSystem.Storage;

/// <summary>
/// What is sound in a line that as a whole is not: where a line feed, a comma or a bracket was damaged, objects stand beside it
/// that their own checksums bear out.
/// </summary>
internal static class IntactObjects
{
    /// <param name="line">The line.</param>
    /// <param name="opening">How an object begins.</param>
    /// <returns>Where they stand, in order; none overlaps another.</returns>
    public static List<Range> Find(ReadOnlySpan<byte> line, ReadOnlySpan<byte> opening)
    {
        List<Range> found = [];
        var from = 0;
        for (var label = line.IndexOf(ChecksummedLine.Label); label >= 0; label = Next(line, label + 1, ChecksummedLine.Label))
        {
            var end = label + ChecksummedLine.Label.Length + ChecksummedLine.TailLength + 1;
            if (end > line.Length)
            {
                break;
            }

            for (var start = Next(line, from, opening); start >= 0 && start < label; start = Next(line, start + 1, opening))
            {
                if (ChecksummedLine.IsIntact(line[start..end], "}"u8))
                {
                    found.Add(start..end);
                    from = end;
                    break;
                }
            }
        }

        return found;
    }

    private static int Next(ReadOnlySpan<byte> line, int from, ReadOnlySpan<byte> value)
        => line[from..].IndexOf(value) is >= 0 and var index ? from + index : -1;
}
