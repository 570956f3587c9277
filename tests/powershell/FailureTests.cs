// What goes wrong, as PowerShell reports it, and that no token is told.
using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Language;
using System.Reflection;
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
    [InlineData("/x", """{"status": 429, "headers": {"X-Organization-Rate-Limit-Remaining": "0", "Retry-After": "60"}}""", "TE_E_RATE_LIMITED", ErrorCategory.LimitsExceeded, "WaitException")]
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

    [Fact]
    public void EachStatusHasACategory()
    {
        Assembly module = Shell.Type("ThousandEyes.PowerShell.Session").Assembly;
        MethodInfo category = module.GetType("ThousandEyes.PowerShell.Failures")!
            .GetMethod("Known", BindingFlags.NonPublic | BindingFlags.Static)!;
        FieldInfo[] statuses = module.GetType("ThousandEyes.Constants")!.GetFields();
        statuses = statuses.Where(one => one.Name.StartsWith("TE_E_")).ToArray();
        Assert.True(statuses.Length >= 26, "the constants were not found");
        foreach (FieldInfo status in statuses)
        {
            object?[] arguments = { status.GetRawConstantValue() };
            Assert.True(category.Invoke(null, arguments) is not ErrorCategory.NotSpecified, status.Name);
        }
    }

    [Fact]
    public void NoTokenIsTold()
    {
        const string secret = "secret-never-told-4711";
        using Shell shell = new();
        shell.Connect(server, secret, "-Verbose -Debug");
        List<string> told = new(shell.Streams);
        foreach (string line in new[]
        {
            "Get-ThousandEyesItem /tests", "Invoke-ThousandEyesRequest /tests -Method Post -Body @{a = 1}",
            "Unblock-ThousandEyesToken",
        })
        {
            shell.Run($"try {{ {line} -Verbose -Debug }} catch {{ $null = $_ }}");
            told.AddRange(shell.Streams);
        }
        Assert.NotEmpty(told);
        const string everything = """
            foreach ($e in $global:Error) { "$e"; "$($e.Exception)"; "$($e.InvocationInfo.Line)" }
            """;
        told.AddRange(shell.Run(everything).Select(one => one.ToString()));
        told.AddRange(shell.Run("Get-History | ForEach-Object { $_.CommandLine }").Select(one => one.ToString()));
        told.Add(Text(shell.Run("Get-ThousandEyesGuard")[0]));
        told.Add(Text(shell.Run("Connect-ThousandEyes $args[0] -PassThru", Shell.Secure(secret))[0]));
        Assert.All(told, line => Assert.DoesNotContain(secret, line));
    }

    private static string Text(object? of) => of switch
    {
        PSObject { BaseObject: not string } all => string.Join("; ", all.Properties.Select(one => one.Name + "=" + Text(one.Value))),
        object[] many => string.Join("; ", many.Select(Text)),
        _ => $"{of}",
    };

    [Fact]
    public void EveryScriptIsReadByTheParser()
    {
        string root = Settings.Needed("TE_TEST_ROOT");
        string[] kinds = { "*.ps1", "*.psm1", "*.psd1" };
        string[] files = kinds
            .SelectMany(kind => new[] { "bindings", "examples", "tests", "docs" }
                .SelectMany(folder => Directory.GetFiles(Path.Combine(root, folder), kind, SearchOption.AllDirectories)))
            .ToArray();
        Assert.True(files.Length >= 2, "no scripts were found");
        foreach (string file in files)
        {
            Parser.ParseFile(file, out _, out ParseError[] errors);
            Assert.True(errors.Length == 0, file + ": " + string.Join("; ", errors.Select(error => error.ToString())));
        }
    }
}
