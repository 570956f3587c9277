// What goes wrong, as PowerShell reports it.
using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Reflection;
using System.Text.RegularExpressions;
using Xunit;

namespace ThousandEyes.PowerShell.Tests;

public sealed class FailureTests : IDisposable
{
    private readonly StandIn server = new();

    public void Dispose() => server.Dispose();

    [Theory]
    [InlineData("/forbidden", "", "TE_E_FORBIDDEN", ErrorCategory.PermissionDenied, "RequestException")]
    [InlineData("/tests/99", "", "TE_E_NOT_FOUND", ErrorCategory.ObjectNotFound, "RequestException")]
    [InlineData("/x", """{"status": 400, "body": {"title": "Wrong"}}""", "TE_E_HTTP", ErrorCategory.InvalidOperation, "RequestException")]
    [InlineData("/x", """{"status": 503, "body": {}, "times": 9}""", "TE_E_SERVER", ErrorCategory.ResourceUnavailable, "RetryException")]
    [InlineData("/x", """{"html": true}""", "TE_E_BAD_RESPONSE", ErrorCategory.InvalidData, "RetryException")]
    [InlineData("/x", """{"body": {"a": 1}, "cut_after": 3, "times": 9}""", "TE_E_IO", ErrorCategory.ConnectionError, "RetryException")]
    [InlineData("/x", """{"silent": true, "times": 9}""", "TE_E_TIMEOUT", ErrorCategory.OperationTimeout, "RetryException")]
    [InlineData("https://example.com/v7/tests", "", "TE_E_FOREIGN_LINK", ErrorCategory.SecurityError, "RequestException")]
    [InlineData("/x", """{"status": 429, "headers": {"X-New-Rate-Limit-Remaining": "0", "Retry-After": "60"}}""", "TE_E_RATE_LIMITED", ErrorCategory.LimitsExceeded, "WaitException")]
    [InlineData("/x", """{"status": 429}""", "TE_E_SOURCE_IP_BLOCKED", ErrorCategory.LimitsExceeded, "WaitException")]
    public void FailuresHaveCategoryIdAndAdvice(
        string path, string script, string id, ErrorCategory category, string exception)
    {
        using Shell shell = new(server);
        if (script.Length > 0)
        {
            server.Script("/v7" + path, script);
        }
        ErrorRecord failure = shell.Fail($"Invoke-ThousandEyesRequest {path} -TimeoutSec 1");
        Assert.StartsWith(id + ",", failure.FullyQualifiedErrorId);
        Assert.Equal(category, failure.CategoryInfo.Category);
        Assert.Equal("GET " + path, failure.TargetObject);
        Assert.Equal(exception, failure.Exception.GetType().Name);
        string message = failure.ErrorDetails.Message;
        Assert.EndsWith(failure.ErrorDetails.RecommendedAction, message);
        Assert.NotEqual("", failure.ErrorDetails.RecommendedAction);
    }

    [Fact]
    public void BadRevokedAndLockedTokensAreToldApart()
    {
        using Shell bad = new(server, "bad-token");
        Told(bad.Fail("Get-ThousandEyesItem /tests"), "TE_E_UNAUTHORIZED");
        Told(bad.Fail("Get-ThousandEyesItem /tests"), "TE_E_TOKEN_REFUSED");
        foreach (string fate in new[] { "revoke", "lock" })
        {
            server.Tell("accept?token=" + fate);
            using Shell shell = new(server, fate);
            shell.Run("Get-ThousandEyesItem /tests");
            server.Tell($"{fate}?token={fate}");
            Told(shell.Fail("Get-ThousandEyesItem /tests"), "TE_E_LOCKOUT_SUSPECTED");
            Told(shell.Fail("Get-ThousandEyesItem /tests"), "TE_E_TOKEN_REFUSED");
        }
        Assert.Equal(5, server.Requests);
    }

    /// <summary>What an error says is no warning too.</summary>
    [Fact]
    public void WhatFailedIsToldOnce()
    {
        using Shell shell = new(server, "bad-token");
        foreach (string call in new[] { "Get-ThousandEyesItem /tests", "Invoke-ThousandEyesRequest /tests" })
        {
            // The first is sent, the second not.
            Told(shell.Fail(call), call.StartsWith("Get") ? "TE_E_UNAUTHORIZED" : "TE_E_TOKEN_REFUSED");
            Assert.Empty(shell.Streams);
        }
        using Shell good = new(server);
        server.Script("/v7/tests/bulk", """{"status": 207, "body": {"results": [{"status": 400}]}}""");
        good.Run("Invoke-ThousandEyesRequest /tests/bulk");
        Assert.Single(good.Streams);
        server.Script("/v7/tests/bulk", """{"status": 207, "body": {"results": [{"status": 400}]}}""");
        ErrorRecord stopped = good.Fail("Invoke-ThousandEyesRequest /tests/bulk -WarningAction Stop");
        Assert.IsType<ActionPreferenceStopException>(stopped.Exception);
    }

    private static void Told(ErrorRecord failure, string id)
    {
        Assert.StartsWith(id + ",", failure.FullyQualifiedErrorId);
        Assert.Equal(ErrorCategory.AuthenticationError, failure.CategoryInfo.Category);
        Assert.Equal("ThousandEyes.TokenException", failure.Exception.GetType().FullName);
    }

    [Fact]
    public void ATokenThatCannotBeOneIsRefusedAtOnce()
    {
        using Shell shell = new();
        Told(shell.Fail("Connect-ThousandEyes $args[0]", Shell.Secure("two words")), "TE_E_BAD_TOKEN");
        ErrorRecord inside = shell.Fail("Connect-ThousandEyes $args[0]", Shell.Secure("a\0b"));
        Assert.StartsWith("BadArgument,", inside.FullyQualifiedErrorId);
        PSCredential credential = new("nobody", Shell.Secure("two words"));
        Told(shell.Fail("Connect-ThousandEyes -Credential $args[0]", credential), "TE_E_BAD_TOKEN");
    }

    [Fact]
    public void NothingAnswersAtAClosedPort()
    {
        using Shell shell = new();
        string line = "Connect-ThousandEyes $args[0] -BaseUrl http://127.0.0.1:1; Get-ThousandEyesItem /tests";
        ErrorRecord failure = shell.Fail(line, Shell.Secure("token"));
        Assert.StartsWith("TE_E_CONNECT,", failure.FullyQualifiedErrorId);
        Assert.Equal(ErrorCategory.ConnectionError, failure.CategoryInfo.Category);
    }

    /// <summary>The header says which statuses there are, and the library what kind each is.</summary>
    [Fact]
    public void EachStatusOfTheHeaderHasACategoryAndAnException()
    {
        string header = File.ReadAllText(Path.Combine(Settings.Needed("TE_TEST_ROOT"), "include", "thousandeyes.h"));
        Dictionary<string, int> all = Regex.Matches(header, @"^#define (TE_\w+) (-?\d+)$", RegexOptions.Multiline)
            .ToDictionary(one => one.Groups[1].Value, one => int.Parse(one.Groups[2].Value));
        KeyValuePair<string, int>[] statuses = all.Where(one => one.Key.StartsWith("TE_E_")).ToArray();
        Assert.True(statuses.Length >= 26, "the header was not understood");
        Dictionary<int, string> exceptions = new()
        {
            [all["TE_KIND_TOKEN"]] = "TokenException", [all["TE_KIND_WAIT"]] = "WaitException",
            [all["TE_KIND_RETRY"]] = "RetryException", [all["TE_KIND_REQUEST"]] = "RequestException",
            [all["TE_KIND_LOCAL"]] = "LocalException",
        };
        Assert.Equal(exceptions.Count, all.Keys.Count(name => name.StartsWith("TE_KIND_")) - 1);
        Assembly module = Shell.Type("ThousandEyes.PowerShell.Session").Assembly;
        Type failures = module.GetType("ThousandEyes.PowerShell.Failures")!;
        IDictionary<int, ErrorCategory> categories =
            (IDictionary<int, ErrorCategory>)failures.GetField("OfStatus", Hidden)!.GetValue(null)!;
        MethodInfo kind = module.GetType("ThousandEyes.Native")!.GetMethod("te_status_kind")!;
        MethodInfo exception = module.GetType("ThousandEyes.Failure")!.GetMethod("Of", Hidden)!;
        MethodInfo record = failures.GetMethod("Record", Hidden)!;
        foreach ((string name, int status) in statuses)
        {
            Exception made = (Exception)exception.Invoke(null, new object?[] { status, "What. Then.", null, null })!;
            Assert.Equal((name, exceptions[(int)kind.Invoke(null, new object[] { status })!]), (name, made.GetType().Name));
            Assert.True(categories.ContainsKey(status), name + " has no category");
            ErrorRecord told = (ErrorRecord)record.Invoke(null, new object?[] { made, "target" })!;
            Assert.Equal((name, categories[status]), (told.FullyQualifiedErrorId, told.CategoryInfo.Category));
        }
        Assert.Equal(statuses.Length, categories.Count);
    }

    private const BindingFlags Hidden = BindingFlags.NonPublic | BindingFlags.Static;
}
