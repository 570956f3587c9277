// Every cmdlet with every parameter, by what the server saw.
using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using Xunit;

namespace ThousandEyes.PowerShell.Tests;

public sealed class CmdletTests : IDisposable
{
    private readonly StandIn server = new();

    public void Dispose() => server.Dispose();

    private static object? Of(PSObject of, string property) => of.Properties[property]?.Value;

    [Fact]
    public void TheModuleExportsWhatItsManifestNames()
    {
        using Shell shell = new();
        List<PSObject> commands = shell.Run("(Get-Module ThousandEyes).ExportedCommands.Keys");
        string[] names =
        {
            "Connect-ThousandEyes", "Disconnect-ThousandEyes", "Get-ThousandEyesGuard", "Get-ThousandEyesItem",
            "Invoke-ThousandEyesRequest", "Unblock-ThousandEyesToken",
        };
        Assert.Equal(names, commands.Select(name => name.ToString()).Order());
    }

    [Fact]
    public void ItemsComeFromAllPages()
    {
        server.Tell("tests?total=25&page_size=10");
        using Shell shell = new(server);
        List<PSObject> tests = shell.Run("Get-ThousandEyesItem /tests");
        Assert.Equal(Enumerable.Range(1, 25).Select(i => $"Example {i}"), tests.Select(test => Of(test, "testName")));
        Assert.Equal(true, Of(tests[0], "enabled"));
        Assert.Equal(3, server.Requests);
    }

    [Fact]
    public void ItemsStreamPageByPage()
    {
        server.Tell("tests?total=25&page_size=10");
        using Shell shell = new(server);
        List<PSObject> first = shell.Run("foreach ($i in 1) { Get-ThousandEyesItem /tests | ForEach-Object { $_; break } }");
        Assert.Equal("Example 1", Of(Assert.Single(first), "testName"));
        Assert.Equal(1, server.Requests);
    }

    [Fact]
    public void WhatHasEnoughAsksForNoFurtherPage()
    {
        server.Tell("tests?total=25&page_size=10");
        using Shell shell = new(server);
        List<PSObject> first = shell.Run("Get-ThousandEyesItem /tests | Select-First");
        Assert.Equal("Example 1", Of(Assert.Single(first), "testName"));
        Assert.Equal(1, server.Requests);
        Assert.Equal(25, shell.Run("Get-ThousandEyesItem /tests").Count);
    }

    [Fact]
    public void APageThatFailsKeepsWhatCameBeforeAndIsNamed()
    {
        server.Tell("tests?total=25&page_size=10");
        using Shell shell = new(server);
        server.Script("/v7/tests", """{"pass": true}, {"status": 500, "body": {}}, {"pass": true}""");
        List<PSObject> kept = shell.Run("""
            $global:kept = [System.Collections.ArrayList]::new()
            try { Get-ThousandEyesItem /tests | ForEach-Object { $null = $kept.Add($_) } } catch { $global:why = $_ }
            $kept
            """);
        Assert.Equal(Enumerable.Range(1, 10).Select(i => $"Example {i}"), kept.Select(test => Of(test, "testName")));
        ErrorRecord why = (ErrorRecord)Invoked(shell, "$why").BaseObject;
        Assert.StartsWith("TE_E_SERVER,", why.FullyQualifiedErrorId);
        Assert.StartsWith("Page 2 (GET /v7/tests?cursor=", why.Exception.Message);
        Assert.Equal("GET /tests", why.TargetObject);
        Assert.Equal(2, server.Requests);
    }

    [Fact]
    public void PathsComeThroughThePipeline()
    {
        using Shell shell = new(server);
        List<PSObject> both = shell.Run("'/tests', '/agents' | Get-ThousandEyesItem -AccountGroup 7 -Query @{max = 2}");
        Assert.Equal(5, both.Count);
        string[] seen = Targets();
        Assert.StartsWith("/v7/tests?max=2&aid=7", seen[0]);
        // The link of the second page has the query already.
        Assert.Equal(3, seen.Length);
        Assert.Single(seen[1].Split('&'), part => part.Contains("aid=7"));
        Assert.Equal("/v7/agents?max=2&aid=7", seen[2]);
    }

    private string[] Targets() =>
        server.Log.EnumerateArray().Select(one => one.GetProperty("target").GetString()!).ToArray();

    [Fact]
    public void AnAnswerMustHaveOneArray()
    {
        using Shell shell = new(server);
        server.Script("/v7/two", """{"body": {"a": [1], "b": [2]}, "times": 2}, {"body": {"c": 3}, "times": 2}""");
        Assert.StartsWith("SeveralArrays,", shell.Fail("Get-ThousandEyesItem /two").FullyQualifiedErrorId);
        Assert.Equal(2L, Assert.Single(shell.Run("Get-ThousandEyesItem /two -Property b")).BaseObject);
        Assert.StartsWith("NoArray,", shell.Fail("Get-ThousandEyesItem /two").FullyQualifiedErrorId);
        Assert.StartsWith("NoArray,", shell.Fail("Get-ThousandEyesItem /two -Property a").FullyQualifiedErrorId);
        string nope = shell.Fail("Get-ThousandEyesItem /tests -Property nope").Exception.Message;
        Assert.Equal("The answer has no array nope; its arrays: tests. Choose one with -Property.", nope);
        server.Script("/v7/cased", """{"body": {"Aa": [1], "b": [2]}}, {"body": {"Aa": [1], "aA": [2]}}""");
        Assert.Equal(1L, Assert.Single(shell.Run("Get-ThousandEyesItem /cased -Property aa")).BaseObject);
        Assert.Equal(2L, Assert.Single(shell.Run("Get-ThousandEyesItem /cased -Property aA")).BaseObject);
    }

    [Fact]
    public void PagesInACircleAndLinksElsewhereEnd()
    {
        using Shell shell = new(server);
        string next = """{"body": {"a": [1], "_links": {"next": {"href": "NEXT"}}}, "times": 2}""";
        server.Script("/v7/circle", next.Replace("NEXT", server.BaseUrl + "/v7/circle?x=1"));
        ErrorRecord circle = shell.Fail("Get-ThousandEyesItem /circle");
        Assert.StartsWith("TE_E_BAD_RESPONSE,", circle.FullyQualifiedErrorId);
        Assert.StartsWith("Page 3 (GET ", circle.Exception.Message);
        Assert.Contains("circle", circle.Exception.Message);
        server.Script("/v7/away", next.Replace("NEXT", "https://example.com/v7/away"));
        ErrorRecord away = shell.Fail("Get-ThousandEyesItem /away");
        Assert.StartsWith("TE_E_FOREIGN_LINK,", away.FullyQualifiedErrorId);
        Assert.Equal(ErrorCategory.SecurityError, away.CategoryInfo.Category);
        Assert.Equal(3, server.Requests);
    }

    private static PSObject Invoked(Shell shell, string script, params object[] arguments) =>
        Assert.Single(shell.Run(script, arguments));

    [Theory]
    [InlineData("Get-ThousandEyesItem /te", "/tests")]
    [InlineData("Get-ThousandEyesItem te", "/tests")]
    [InlineData("Invoke-ThousandEyesRequest -Path '/TE", "/tests")]
    [InlineData("Invoke-ThousandEyesRequest /x -Method p", "Patch,Post,Put")]
    [InlineData("Get-ThousandEyesItem /tests -Ti", "TimeoutSec")]
    public void ArgumentsAreCompleted(string typed, string offered)
    {
        using Shell shell = new();
        CommandCompletion completion = (CommandCompletion)shell.Run(
            "TabExpansion2 $args[0] $args[1]", typed, typed.Length)[0].BaseObject;
        Assert.Equal(offered, string.Join(",", completion.CompletionMatches.Select(one => one.ListItemText).Order()));
    }

    [Fact]
    public void AFolderThatIsNoFilesIsRefused()
    {
        using Shell shell = new();
        const string there = "$ExecutionContext.SessionState.Path.SetLocation('Env:'); ";
        string line = there + "Connect-ThousandEyes $args[0] -BaseUrl $args[1] -StateDirectory state";
        ErrorRecord failure = shell.Fail(line, Shell.Secure(StandIn.Good), server.BaseUrl);
        Assert.StartsWith("BadArgument,", failure.FullyQualifiedErrorId);
        Assert.Contains("provider Environment", failure.Exception.Message);
    }

    [Fact]
    public void ChangesAreAskedForAndCanBeTriedOut()
    {
        using Shell shell = new(server);
        Assert.Empty(shell.Run("Invoke-ThousandEyesRequest /tests/http-server/1 -Method Delete -WhatIf"));
        Assert.Equal(0, server.Requests);
        Assert.Empty(shell.Run("Invoke-ThousandEyesRequest /tests/http-server/1 -Method Delete"));
        PSObject made = Invoked(shell, "@{testName = 'x'} | Invoke-ThousandEyesRequest /tests/http-server -Method Post");
        Assert.Equal("x", Of(made, "testName"));
        Invoked(shell, "Invoke-ThousandEyesRequest /tests/http-server/1 -Method Put -Body @{a = 1} -Confirm:$false");
        Invoked(shell, "Invoke-ThousandEyesRequest /tests/http-server/1 -Method Patch -Body @{a = 1}");
        string[] methods = server.Log.EnumerateArray().Select(one => one.GetProperty("method").GetString()!).ToArray();
        Assert.Equal(new[] { "DELETE", "POST", "PUT", "PATCH" }, methods);
        // Reading changes nothing, so that -WhatIf does not hold it back.
        Invoked(shell, "Invoke-ThousandEyesRequest /tests -WhatIf");
        Assert.Equal(5, server.Requests);
    }

    [Fact]
    public void AnAnswerIsAnObjectOrText()
    {
        using Shell shell = new(server);
        Assert.StartsWith("{", (string)Invoked(shell, "Invoke-ThousandEyesRequest tests -Raw").BaseObject);
        server.Script("/v7/text", """{"headers": {"Content-Type": "text/csv"}, "body": "a,b"}""");
        Assert.Equal("a,b", Invoked(shell, "Invoke-ThousandEyesRequest /text").BaseObject);
        server.Script("/v7/list", """{"body": [1, 2, 3]}""");
        Assert.Equal(3, shell.Run("Invoke-ThousandEyesRequest /list").Count);
    }

    [Fact]
    public void LargeAnswersArrive()
    {
        using Shell shell = new(server);
        PSObject big = Invoked(shell, "Invoke-ThousandEyesRequest /big -Query @{bytes = 20000000}");
        Assert.Equal(20_000_000, ((string)Of(big, "data")!).Length);
    }

    [Fact]
    public void SessionsBelongToTheirRunspaceAndCanBePassed()
    {
        using Shell one = new();
        using Shell other = new();
        one.Connect(server, StandIn.Good, "-PassThru | ForEach-Object { $global:kept = $_ }");
        Assert.StartsWith("NotConnected,", other.Fail("Invoke-ThousandEyesRequest /tests").FullyQualifiedErrorId);
        PSObject kept = Invoked(one, "$kept");
        Assert.Equal(server.BaseUrl, Of(kept, "BaseUrl"));
        Assert.Equal(3, other.Run("Get-ThousandEyesItem /tests -Session $args[0]", kept).Count);
        Invoked(other, "Get-ThousandEyesGuard -Session $args[0]", kept);
        other.Run("Unblock-ThousandEyesToken -Session $args[0]", kept);
        one.Run("Disconnect-ThousandEyes");
        foreach (string line in new[] { "Get-ThousandEyesItem /tests", "Get-ThousandEyesGuard" })
        {
            ErrorRecord ended = other.Fail(line + " -Session $args[0]", kept);
            Assert.StartsWith("Disconnected,", ended.FullyQualifiedErrorId);
        }
        other.Run("Disconnect-ThousandEyes -Session $args[0]; Disconnect-ThousandEyes", kept);
        Assert.Equal(1, server.Requests);
    }

    [Fact]
    public void TheGuardIsAnObjectAndATokenCanBeUnblocked()
    {
        using Shell shell = new(server, "bad-token");
        shell.Fail("Get-ThousandEyesItem /tests");
        shell.Fail("Get-ThousandEyesItem /tests");
        Assert.Equal(1, server.Requests);
        PSObject guard = Invoked(shell, "Get-ThousandEyesGuard");
        Assert.Equal("ThousandEyes.Guard", guard.TypeNames[0]);
        shell.Run("Unblock-ThousandEyesToken -WhatIf");
        shell.Fail("Get-ThousandEyesItem /tests");
        Assert.Equal(1, server.Requests);
        for (int i = 2; i <= 4; i++)
        {
            shell.Run("Unblock-ThousandEyesToken -Confirm:$false");
            shell.Fail("Get-ThousandEyesItem /tests");
            Assert.Equal(i, server.Requests);
        }
        ErrorRecord refused = shell.Fail("Unblock-ThousandEyesToken -WarningAction SilentlyContinue");
        Assert.Contains("three times", refused.Exception.Message);
        Assert.Equal(4, server.Requests);
    }

    [Theory]
    [InlineData("-Token 'plain-text'")]
    [InlineData("-StateDirectory $null")]
    [InlineData("-BaseUrl $null")]
    [InlineData("-CaFile ''")]
    [InlineData("-Proxy $null")]
    [InlineData("-AccountGroup x")]
    [InlineData("-AccountGroup $null")]
    [InlineData("-TimeoutSec 0")]
    public void WrongParametersAreRefused(string parameters)
    {
        using Shell shell = new();
        ErrorRecord failure = shell.Fail("Connect-ThousandEyes " + parameters);
        Assert.IsAssignableFrom<ParameterBindingException>(failure.Exception);
        Assert.DoesNotContain("plain-text", failure.ToString());
        if (parameters.StartsWith("-Token"))
        {
            Assert.Contains("Use Read-Host -AsSecureString, or $env:TE_TOKEN.", failure.Exception.Message);
        }
    }

    [Fact]
    public void AStateDirectoryWithoutANameIsMemory()
    {
        using Shell shell = new();
        string line = "Connect-ThousandEyes $args[0] -BaseUrl $args[1] -StateDirectory ''";
        shell.Run(line, Shell.Secure("memory"), server.BaseUrl);
        Assert.Equal("memory", $"{Of(Invoked(shell, "Get-ThousandEyesGuard"), "store")}");
    }
}
