using System.Buffers.Binary;
using System.Net;
using CsCheck;
using Identity.Server.ClientDocuments.Fetching;

namespace Identity.Tests.ClientDocuments;

public sealed class PublicAddressTests
{
    [TestCase("0.0.0.0")]
    [TestCase("10.0.0.1")]
    [TestCase("100.64.0.1")]
    [TestCase("100.100.100.200", Description = "A provider's metadata service")]
    [TestCase("127.0.0.1")]
    [TestCase("127.255.255.254")]
    [TestCase("169.254.169.254", Description = "Most providers' metadata service")]
    [TestCase("168.63.129.16", Description = "A provider's inside")]
    [TestCase("172.16.0.1")]
    [TestCase("172.31.255.255")]
    [TestCase("192.0.0.192", Description = "A provider's metadata service")]
    [TestCase("192.0.2.1")]
    [TestCase("192.168.1.1")]
    [TestCase("198.18.0.1")]
    [TestCase("203.0.113.1")]
    [TestCase("224.0.0.1")]
    [TestCase("240.0.0.1")]
    [TestCase("255.255.255.255")]
    [TestCase("::")]
    [TestCase("::1")]
    [TestCase("::127.0.0.1", Description = "IPv4-compatible")]
    [TestCase("::ffff:127.0.0.1")]
    [TestCase("::ffff:10.0.0.1")]
    [TestCase("::ffff:169.254.169.254")]
    [TestCase("64:ff9b::7f00:1", Description = "127.0.0.1 through NAT64")]
    [TestCase("64:ff9b::a9fe:a9fe", Description = "The metadata service through NAT64")]
    [TestCase("64:ff9b:1::808:808", Description = "A NAT64 of somebody's own")]
    [TestCase("2002:7f00:1::1", Description = "127.0.0.1 by 6to4")]
    [TestCase("2002:808:808::1", Description = "6to4, whatever is in it")]
    [TestCase("2001::1", Description = "Teredo")]
    [TestCase("2001:db8::1")]
    [TestCase("3fff::1")]
    [TestCase("fc00::1")]
    [TestCase("fd00:ec2::254", Description = "A provider's metadata service")]
    [TestCase("fe80::1")]
    [TestCase("fe80::1%2")]
    [TestCase("fec0::1")]
    [TestCase("ff02::1")]
    public void Is_not_public(string address) => Assert.That(PublicAddress.IsPublic(IPAddress.Parse(address)), Is.False);

    [TestCase("8.8.8.8")]
    [TestCase("100.63.255.255")]
    [TestCase("100.128.0.1")]
    [TestCase("172.32.0.1")]
    [TestCase("::ffff:8.8.8.8")]
    [TestCase("64:ff9b::808:808", Description = "How a network that has no IPv4 of its own reaches 8.8.8.8")]
    [TestCase("2606:4700::1111")]
    [TestCase("2a00:1450:4001::1")]
    public void Is_public(string address) => Assert.That(PublicAddress.IsPublic(IPAddress.Parse(address)), Is.True);

    [Test]
    public void No_IPv4_address_becomes_public_by_being_written_as_IPv6() => Gen.UInt.Sample(
        number =>
        {
            var bytes = new byte[4];
            BinaryPrimitives.WriteUInt32BigEndian(bytes, number);
            var address = new IPAddress(bytes);
            IPAddress Embed(string prefix, int offset)
            {
                var whole = IPAddress.Parse(prefix).GetAddressBytes();
                bytes.CopyTo(whole, offset);
                return new IPAddress(whole);
            }

            var isPublic = PublicAddress.IsPublic(address);
            return PublicAddress.IsPublic(address.MapToIPv6()) == isPublic
                && PublicAddress.IsPublic(Embed("64:ff9b::", 12)) == isPublic
                && !PublicAddress.IsPublic(Embed("::", 12))
                && !PublicAddress.IsPublic(Embed("2002::", 2))
                && !PublicAddress.IsPublic(Embed("2001::", 12))
                && !PublicAddress.IsPublic(Embed("64:ff9b:1::", 12));
        },
        iter: 20_000);
}
