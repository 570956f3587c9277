// Every cmdlet in every parameter set, with each fate that a call can have. Alone: the environment is the process's.
using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Management.Automation;
using Xunit;

namespace ThousandEyes.PowerShell.Tests;

[Collection("Alone")]
[Trait("Takes", "Long")]
public sealed class FateTests : IDisposable
{
    private const string Token = "token-of-a-fate";

    private static readonly string[] Connects =
    {
        "-Token $args[0]",
        "-Credential ([pscredential]::new('nobody', $args[0]))",
        "",
    };

    private static readonly string[] Calls =
    {
        "Get-ThousandEyesItem /tests -TimeoutSec 1",
        "'/tests' | Get-ThousandEyesItem -TimeoutSec 1 -Property tests -AccountGroup 7 -Query @{max = 3}",
        "Invoke-ThousandEyesRequest /tests -TimeoutSec 1 -Raw",
        "Invoke-ThousandEyesRequest -Path /tests -TimeoutSec 1 -AccountGroup 7 -Query @{max = 3} -Session $session",
        "@{a = 1} | Invoke-ThousandEyesRequest /tests -Method Post -TimeoutSec 1 -Confirm:$false",
    };

    private readonly StandIn server = new();

    public void Dispose() => server.Dispose();

    public static TheoryData<string, string, ErrorCategory> Fates => new()
    {
        { "good", "", ErrorCategory.NotSpecified },
        { "bad", "TE_E_UNAUTHORIZED", ErrorCategory.AuthenticationError },
        { "revoke", "TE_E_LOCKOUT_SUSPECTED", ErrorCategory.AuthenticationError },
        { "lock", "TE_E_LOCKOUT_SUSPECTED", ErrorCategory.AuthenticationError },
        { """{"status": 403, "body": {"title": "No"}}""", "TE_E_FORBIDDEN", ErrorCategory.PermissionDenied },
        { """{"status": 429, "headers": {"X-New-Rate-Limit-Remaining": "0", "Retry-After": "60"}}""", "TE_E_RATE_LIMITED", ErrorCategory.LimitsExceeded },
        { """{"status": 429}""", "TE_E_SOURCE_IP_BLOCKED", ErrorCategory.LimitsExceeded },
        { """{"silent": true}""", "TE_E_TIMEOUT", ErrorCategory.OperationTimeout },
    };

    [Theory]
    [MemberData(nameof(Fates))]
    public void EveryCmdletInEveryParameterSet(string fate, string id, ErrorCategory category)
    {
        List<(string Connect, string Call)> lines = Connects.Select(connect => (connect, Calls[0])).ToList();
        lines.AddRange(Calls.Skip(1).Select(call => (Connects[0], call)));
        try
        {
            Environment.SetEnvironmentVariable("TE_TOKEN", Token);
            foreach ((string connect, string call) in lines)
            {
                One(connect, call, fate, id, category);
            }
        }
        finally
        {
            Environment.SetEnvironmentVariable("TE_TOKEN", null);
        }
    }

    private void One(string connect, string call, string fate, string id, ErrorCategory category)
    {
        // Of this call alone: what is known of the token, and what the server does.
        server.Tell("reset?all=yes");
        server.Tell((fate == "bad" ? "revoke" : "accept") + "?token=" + Token);
        string state = Directory.CreateTempSubdirectory("thousandeyes-fate-").FullName;
        using Shell shell = new();
        string whole = $"$global:session = Connect-ThousandEyes {connect} -BaseUrl $args[1] -StateDirectory $args[2] -TimeoutSec 9 -PassThru";
        shell.Run(whole, Shell.Secure(Token), server.BaseUrl, state);
        int before = 0;
        if (fate is "revoke" or "lock")
        {
            shell.Run("Get-ThousandEyesItem /tests");
            server.Tell(fate + "?token=" + Token);
            before = 1;
        }
        else if (fate.StartsWith('{'))
        {
            server.Script("/v7/tests", fate);
        }
        else if (call.Contains("Post"))
        {
            server.Script("/v7/tests", """{"status": 201, "body": {"testId": "9"}}""");
        }

        if (id.Length == 0)
        {
            Assert.NotEmpty(shell.Run(call));
        }
        else
        {
            ErrorRecord failure = shell.Fail(call);
            Assert.Equal((call, id), (call, failure.FullyQualifiedErrorId.Split(',')[0]));
            Assert.Equal(category, failure.CategoryInfo.Category);
            Assert.EndsWith("/tests", $"{failure.TargetObject}");
        }
        Assert.Equal(before + 1, server.Requests);

        // What asks only what is known here works in every fate, and sends nothing.
        Assert.Single(shell.Run("Get-ThousandEyesGuard"));
        Assert.Single(shell.Run("Get-ThousandEyesGuard -Session $session"));
        shell.Run("Unblock-ThousandEyesToken");
        shell.Run("Unblock-ThousandEyesToken -Session $session -Confirm:$false");
        shell.Run("$session | Disconnect-ThousandEyes; Disconnect-ThousandEyes");
        Assert.StartsWith("NotConnected,", shell.Fail(Calls[0]).FullyQualifiedErrorId);
        Assert.Equal(before + 1, server.Requests);
        Directory.Delete(state, true);
    }
}
