using System.Buffers.Text;
using System.Security.Cryptography;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Identity.Benchmarks.Load;

/// <summary>
/// What this project's server leaves of a refresh token: of the ten of a connection one is valid, one is redeemed and holds the value of
/// its successor, and eight are spent.
/// </summary>
/// <param name="Status">Whether it was used.</param>
/// <param name="Payload">What is protected in it, or the word that says it is spent.</param>
/// <param name="Successor">The protected value of its successor, of a redeemed one.</param>
internal sealed record TokenShape(string Status, string Payload, string? Successor)
{
    /// <summary>How many tokens a connection has.</summary>
    public const int PerConnection = 10;

    /// <summary>How many connections a client has.</summary>
    public const int ConnectionsPerClient = 10;

    /// <summary>The property of a redeemed token that holds the value of its successor.</summary>
    public const string SuccessorProperty = "successor";

    // An encrypted principal, 640 characters, and a nonce, an encrypted value of 43 characters and a tag.
    private const int PayloadSize = 480;
    private const int SuccessorSize = 12 + 43 + 16;

    /// <summary>The size of a reference identifier: a SHA-256.</summary>
    public const int ReferenceSize = 32;

    /// <param name="index">The place of the token within its connection, the newest first.</param>
    /// <returns>The shape.</returns>
    public static TokenShape Create(int index) => index switch
    {
        0 => new(Statuses.Valid, Random(PayloadSize), null),
        1 => new(Statuses.Redeemed, Random(PayloadSize), Random(SuccessorSize)),
        _ => new(Statuses.Redeemed, "spent", null),
    };

    /// <summary>Characters that nothing can compress, as protected values are.</summary>
    public static string Random(int bytes) => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(bytes));
}
