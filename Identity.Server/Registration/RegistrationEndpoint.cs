using Identity.Server.Registration.InitialAccess;
using Identity.Server.Registration.Statements;
using Microsoft.Extensions.Options;

namespace Identity.Server.Registration;

/// <summary>POST /connect/register (RFC 7591, section 3): 201 with what was registered, or the rule that stands against it.</summary>
internal sealed class RegistrationEndpoint(
    ClientMetadataReader reader, SoftwareStatements statements, ClientRegistrar registrar, IInitialAccessTokens tokens, IOptions<RegistrationOptions> options)
{
    /// <summary>The path of the endpoint.</summary>
    public const string Path = "/connect/register";

    private const string NeedsToken = "This server registers clients with an initial access token, which its administrator issues.";
    private const string BadToken = "The initial access token is unknown, expired, or used up.";

    /// <summary>Registers the client that asks for it.</summary>
    /// <param name="context">The request.</param>
    /// <returns>A task that completes when the request is answered.</returns>
    public async Task HandleAsync(HttpContext context)
    {
        // First of all, so that a stranger learns nothing else from a server that is not open.
        var token = RegistrationAnswer.FindBearerToken(context.Request);
        if (token is null && options.Value.Mode is not RegistrationMode.Open)
        {
            await RegistrationAnswer.WriteUnauthorizedAsync(context, isPresented: false, NeedsToken);
            return;
        }

        if (token is not null && !tokens.IsUsable(token))
        {
            await RegistrationAnswer.WriteUnauthorizedAsync(context, isPresented: true, BadToken);
            return;
        }

        RegistrationResponse? response;
        try
        {
            var request = await RegistrationBody.ReadAsync(context.Request, RegistrationJson.Default.RegistrationRequest);
            var metadata = reader.Read(await statements.ApplyAsync(request));
            response = await registrar.RegisterAsync(metadata, token, context.RequestAborted);
        }
        catch (RegistrationException exception)
        {
            await RegistrationAnswer.WriteAsync(context, exception.Error);
            return;
        }

        await (response is null
            ? RegistrationAnswer.WriteUnauthorizedAsync(context, isPresented: true, BadToken)
            : RegistrationAnswer.WriteAsync(context, StatusCodes.Status201Created, response));
    }
}
