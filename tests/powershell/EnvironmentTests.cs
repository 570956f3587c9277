// On Linux $env: is .NET's own copy: what it lacks must not be taken from the process's environment.
using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using Xunit;

namespace ThousandEyes.PowerShell.Tests;

public sealed class EnvironmentTests : IDisposable
{
    private readonly StandIn server = new();
    private readonly string state = Directory.CreateTempSubdirectory("thousandeyes-state-").FullName;

    public void Dispose()
    {
        server.Dispose();
        Directory.Delete(state, true);
    }

    [Fact]
    public void VariablesThatWereTakenAwayDoNotCount()
    {
        const string script = """
            Import-Module $args[0]
            $url = $env:TE_BASE_URL + '/v7/tests'
            function Told($part) { try { & $part } catch { $_.FullyQualifiedErrorId.Split(',')[0]; "$_" } }
            Connect-ThousandEyes; (Get-ThousandEyesItem /tests).Count
            $env:TE_AID = $null
            Connect-ThousandEyes; (Get-ThousandEyesItem /tests).Count
            $env:TE_BASE_URL = $env:TE_API_ENDPOINT = $null
            Connect-ThousandEyes; Told { Get-ThousandEyesItem $url }
            $env:TE_STATE_DIR = $null
            Told { Connect-ThousandEyes }
            $env:TE_TOKEN = $env:TE_TOKEN_FILE = $null
            Told { Connect-ThousandEyes -StateDirectory '' }
            """;
        string[] told = Host.Run(1, script, start =>
        {
            start.Environment["TE_BASE_URL"] = start.Environment["TE_API_ENDPOINT"] = server.BaseUrl;
            start.Environment["TE_TOKEN"] = StandIn.Good;
            start.Environment["TE_TOKEN_FILE"] = "/missing";
            start.Environment["TE_STATE_DIR"] = state;
            start.Environment["TE_AID"] = "7";
        });
        Assert.Equal(new[] { "3", "3", "TE_E_FOREIGN_LINK" }, told[..3]);
        Assert.Equal("BadArgument", told[4]);
        Assert.Contains("-StateDirectory", told[5]);
        Assert.Equal("TE_E_NO_TOKEN", told[6]);
        Assert.StartsWith("No token: none was passed, and neither $env:TE_TOKEN nor $env:TE_TOKEN_FILE", told[7]);
        string[] seen = server.Log.EnumerateArray().Select(one => one.GetProperty("target").GetString()!).ToArray();
        Assert.Equal(new[] { "/v7/tests?aid=7", "/v7/tests" }, seen);
    }

    [Fact]
    public void ALibraryThatIsNamedAfterAFailureIsTaken()
    {
        const string script = """
            Import-Module $args[0]
            $env:TE_LIBRARY = $null
            try { Connect-ThousandEyes } catch { $_.FullyQualifiedErrorId.Split(',')[0]; "$_" }
            $env:TE_LIBRARY = $env:KEPT
            [ThousandEyes.Library]::Version
            """;
        string[] told = Host.Run(1, script, start =>
        {
            start.Environment["KEPT"] = Settings.Needed("TE_LIBRARY");
            start.Environment.Remove("LD_LIBRARY_PATH");
        });
        Assert.Equal("LibraryNotFound", told[0]);
        Assert.Contains("environment variable TE_LIBRARY", told[1]);
        Assert.Equal("0.1.0", told[2]);
    }
}
