using System.Globalization;
using System.Text;
using Identity.Stores.FileSystem.Storage;

namespace Identity.Tests.Storage;

[TestFixture]
internal sealed class KeyTableTests
{
    [Test]
    public void Whoever_asks_for_a_key_at_whatever_time_gets_one_number_and_one_instance()
    {
        // Enough to make the table larger several times while all ask; every seventh is no ASCII.
        string[] texts = [.. Enumerable.Range(0, 5_000).Select(number => (number % 7 is 0 ? "ä" : "a") + number.ToString(CultureInfo.InvariantCulture))];
        var table = new KeyTable();
        var found = new (int Number, string Key)[4][];
        Parallel.For(0, found.Length, asker =>
        {
            found[asker] = new (int, string)[texts.Length];
            foreach (var step in Enumerable.Range(0, texts.Length))
            {
                var place = asker % 2 is 0 ? step : texts.Length - 1 - step;
                var number = asker > 1 && Ascii.IsValid(texts[place])
                    ? table.NumberOf(Encoding.ASCII.GetBytes(texts[place]), out var key)
                    : table.NumberOf(texts[place], out key);
                found[asker][place] = (number, key);
            }
        });

        var keys = table.Keys.ToArray();
        Assert.That(keys, Is.EquivalentTo(texts));
        foreach (var place in Enumerable.Range(0, texts.Length))
        {
            foreach (var asker in found)
            {
                Assert.That(asker[place].Key, Is.EqualTo(texts[place]).And.SameAs(keys[asker[place].Number - 1]));
            }
        }
    }
}
