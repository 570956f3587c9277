// The examples for PowerShell, each as a script in a process of its own.
using System;
using System.Diagnostics;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using Xunit;

namespace ThousandEyes.PowerShell.Tests;

public sealed class ExampleTests : IDisposable
{
    // The engine's package lacks it.
    private const string Lacking = """
        function Start-Sleep([double] $Seconds) {
            $end = [DateTime]::UtcNow.AddSeconds($Seconds)
            while ([DateTime]::UtcNow -lt $end) { [Threading.Thread]::Sleep(20) }
        }

        """;

    private readonly StandIn server = new();
    private readonly string state = Directory.CreateTempSubdirectory("thousandeyes-state-").FullName;

    public void Dispose()
    {
        server.Dispose();
        Directory.Delete(state, true);
    }

    [Fact]
    public void TheFirstCallIsAnswered()
    {
        Told good = Run("first_call", StandIn.Good, "| ForEach-Object { $_.accountGroups.accountGroupName }");
        Assert.Equal(new[] { "Example group", "Other group", "exit 0" }, good.Out);
        DeadTokenIsOneRequest("first_call", "");
    }

    [Fact]
    [Trait("Takes", "Long")]
    public void TestsAreListed()
    {
        Told good = Run("list_tests", StandIn.Good);
        Assert.Equal(new[] { "Example 1", "Example 2", "Example 3", "exit 0" }, good.Out);
        DeadTokenIsOneRequest("list_tests", "Page 1 (GET /v7/tests): ");
        string next = $$"""{"next": {"href": "{{server.BaseUrl}}/v7/tests?cursor=x"} }""";
        server.Script("/v7/tests", $$"""
            {"body": {"tests": [{"testName": "Before it"}], "_links": {{next}} } }, {"status": 500, "body": {} }
            """);
        Told cut = Run("list_tests", StandIn.Good);
        Assert.Equal(new[] { "Before it", "exit 1" }, cut.Out);
        Assert.StartsWith("TE_E_SERVER: Page 2 (GET /v7/tests?cursor=x): ", Assert.Single(cut.Error));
    }

    private void DeadTokenIsOneRequest(string example, string place)
    {
        foreach (string status in new[] { "TE_E_UNAUTHORIZED", "TE_E_TOKEN_REFUSED" })
        {
            Told dead = Run(example, "not-accepted");
            Assert.Equal(new[] { "exit 1" }, dead.Out);
            Assert.StartsWith($"{status}: {place}", Assert.Single(dead.Error));
        }
        Assert.Equal(2, server.Requests);
    }

    [Fact]
    [Trait("Takes", "Long")]
    public void ALockoutIsTold()
    {
        string[] Lines(string more = "") => Run("lockout", "some-token", more).Out;
        Assert.Equal("The token is not refused: never tried.", Lines()[0]);
        Told dead = Run("lockout", "some-token", "-Unblock");
        Assert.StartsWith("TE_E_UNAUTHORIZED: ", Assert.Single(dead.Error));
        Assert.Equal("exit 1", dead.Out[^1]);
        string[] refused =
        {
            "The token was refused 0 min ago and never accepted: mistyped, expired or revoked?",
            "No program here sends it for another 15 min.",
            "401 answers within the hour: 1 of 36.",
            $"Kept: shared, {state} (the state_dir option).",
            "exit 1",
        };
        Assert.Equal(refused, Lines());
        Assert.Equal(1, server.Requests);
        server.Tell("accept?token=some-token");
        Assert.Equal(new[] { "One try now: it worked.", "exit 0" }, Lines("-Unblock")[^2..]);
        server.Tell("lock?token=some-token");
        Assert.Equal("exit 1", Lines("-Unblock")[^1]);
        Assert.Equal("The token was refused 0 min ago, but accepted before: is the account locked?", Lines()[0]);
        Assert.Equal(3, server.Requests);
    }

    [Fact]
    [Trait("Takes", "Long")]
    public void AlertsAreWatchedUntilCtrlC()
    {
        string Alerts(string ids) => $$$"""{"body": {"alerts": [{{{ids}}}]}}""";
        server.Script("/v7/alerts", string.Join(", ", Alerts("""{"id": "a-1", "duration": 5}"""),
            Alerts("""{"id": "a-1", "duration": 9}, {"id": "a-2"}"""), """{"status": 503, "body": {}, "times": 3}""",
            """{"status": 429, "headers": {"X-Organization-Rate-Limit-Remaining": "0", "Retry-After": "600"}}"""));
        using Process watch = Start("watch", StandIn.Good, "1");
        Assert.Equal("@{duration=5; id=a-1}", watch.StandardOutput.ReadLine());
        Stopwatch paused = Stopwatch.StartNew();
        Assert.Equal("@{id=a-2}", watch.StandardOutput.ReadLine());
        Assert.True(paused.ElapsedMilliseconds > 900, $"looks again after {paused.ElapsedMilliseconds} ms");
        Assert.StartsWith("TE_E_SERVER: ", watch.StandardError.ReadLine());
        Assert.StartsWith("TE_E_RATE_LIMITED: ", watch.StandardError.ReadLine());
        // Longer than its own interval.
        Thread.Sleep(1500);
        Assert.Equal(6, server.Requests);
        Interrupt(watch);
        Assert.Equal("", watch.StandardOutput.ReadToEnd() + watch.StandardError.ReadToEnd());

        server.Script("/v7/alerts", """{"silent": true}""");
        // In another directory, where nobody knows of the rate limit.
        string elsewhere = Directory.CreateDirectory(Path.Combine(state, "elsewhere")).FullName;
        using Process blocked = Start("watch", StandIn.Good, "", elsewhere);
        Assert.True(SpinWait.SpinUntil(() => server.Requests == 7, TimeSpan.FromSeconds(20)));
        Interrupt(blocked);
        Assert.Equal("", blocked.StandardOutput.ReadToEnd() + blocked.StandardError.ReadToEnd());
    }

    [Fact]
    [Trait("Takes", "Long")]
    public void AlertsAreWatchedUntilTheTokenIsRefused()
    {
        Told dead = Run("watch", "not-accepted");
        Assert.Equal(new[] { "exit 1" }, dead.Out);
        Assert.StartsWith("TE_E_UNAUTHORIZED: ", Assert.Single(dead.Error));
        Assert.Equal(1, server.Requests);
        using Process watch = Start("watch", StandIn.Good, "1");
        Assert.StartsWith("@{", watch.StandardOutput.ReadLine());
        server.Tell($"lock?token={StandIn.Good}");
        Assert.StartsWith("TE_E_LOCKOUT_SUSPECTED: ", watch.StandardError.ReadLine());
        Ends(watch, 10000);
        Assert.EndsWith("exit 1\n", watch.StandardOutput.ReadToEnd());
    }

    /// <summary>Ctrl-C, which must end it within a second.</summary>
    private static void Interrupt(Process running)
    {
        Process.Start("kill", $"-INT {running.Id}").WaitForExit();
        Ends(running, 1000);
    }

    private static void Ends(Process running, int milliseconds)
    {
        if (!running.WaitForExit(milliseconds))
        {
            running.Kill();
            Assert.Fail($"it goes on after {milliseconds} ms");
        }
    }

    private sealed record Told(string[] Out, string[] Error);

    private Told Run(string example, string token, string more = "")
    {
        using Process process = Start(example, token, more);
        Task<string> error = process.StandardError.ReadToEndAsync();
        Task<string> told = process.StandardOutput.ReadToEndAsync();
        Ends(process, 60000);
        return new Told(Lines(told.Result), Lines(error.Result));
    }

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private Process Start(string example, string token, string more, string? directory = null)
    {
        string file = Path.Combine(Settings.Needed("TE_TEST_ROOT"), "examples", "powershell", example + ".ps1");
        string script = $"{Lacking}& '{file}' {more}; \"exit $(if ($LASTEXITCODE) {{ $LASTEXITCODE }} else {{ 0 }})\"";
        return Host.Start(1, script, start =>
        {
            start.RedirectStandardError = true;
            start.Environment["PSModulePath"] = Path.GetDirectoryName(Settings.Needed("TE_TEST_MODULE"));
            start.Environment["TE_BASE_URL"] = server.BaseUrl;
            start.Environment["TE_TOKEN"] = token;
            start.Environment["TE_STATE_DIR"] = directory ?? state;
        });
    }
}
