// Ctrl-C while a call blocks, and what is shown meanwhile.
using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using Xunit;

namespace ThousandEyes.PowerShell.Tests;

using PowerShell = System.Management.Automation.PowerShell;

public sealed class StopTests : IDisposable
{
    private readonly StandIn server = new();

    public void Dispose() => server.Dispose();

    [Theory]
    [InlineData("Get-ThousandEyesItem", """{"silent": true}""")]
    [InlineData("Invoke-ThousandEyesRequest", """{"silent": true}""")]
    [InlineData("Invoke-ThousandEyesRequest", """{"body": {"a": 1}, "slow_bytes": 1, "slow_every_ms": 5000}""")]
    [InlineData("Invoke-ThousandEyesRequest", """{"status": 429, "headers": {"X-New-Rate-Limit-Remaining": "0", "Retry-After": "60"}}""")]
    public void StopEndsACallAtOnce(string command, string answer)
    {
        using Shell shell = new(server);
        using Shell other = new(server, "other-token");
        server.Tell("accept?token=other-token");
        server.Script("/v7/blocked", answer);
        using PowerShell undisturbed = other.Prepare("Invoke-ThousandEyesRequest /slow -Query @{ms = 1500}");
        IAsyncResult goesOn = undisturbed.BeginInvoke();
        using PowerShell blocked = shell.Prepare(command + " /blocked");
        IAsyncResult running = blocked.BeginInvoke();
        Until(() => server.Requests >= 2);
        Thread.Sleep(200);
        Assert.False(running.IsCompleted);

        Stopwatch clock = Stopwatch.StartNew();
        blocked.Stop();
        Assert.InRange(clock.ElapsedMilliseconds, 0, 300);
        Assert.Equal(PSInvocationState.Stopped, blocked.InvocationStateInfo.State);
        Assert.Equal(3, shell.Run("Get-ThousandEyesItem /tests").Count);
        Assert.Single(undisturbed.EndInvoke(goesOn));
        Assert.False(undisturbed.HadErrors);
    }

    [Fact]
    public void StopEndsAWaitForTheGuard()
    {
        using Shell first = new();
        first.Connect(server, StandIn.Good, "-PassThru | ForEach-Object { $global:kept = $_ }");
        PSObject kept = first.Run("$kept")[0];
        server.Script("/v7/blocked", """{"silent": true}""");
        using PowerShell tries = first.Prepare("Invoke-ThousandEyesRequest /blocked");
        IAsyncResult trying = tries.BeginInvoke();
        Until(() => server.Requests == 1);
        // The token was never tried, so that the second call waits until it is known what the first one's answer is.
        using Shell second = new();
        using PowerShell waits = second.Prepare("Invoke-ThousandEyesRequest /tests -Session $args[0]", kept);
        IAsyncResult waiting = waits.BeginInvoke();
        Thread.Sleep(500);
        Assert.False(waiting.IsCompleted);
        Assert.Equal(1, server.Requests);
        foreach (PowerShell one in new[] { waits, tries })
        {
            Stopwatch clock = Stopwatch.StartNew();
            one.Stop();
            Assert.InRange(clock.ElapsedMilliseconds, 0, 300);
        }
        Assert.Equal(3, second.Run("Get-ThousandEyesItem /tests -Session $args[0]", kept).Count);
    }

    [Fact]
    public void ALongWaitIsShown()
    {
        using Shell shell = new(server);
        using PowerShell slow = shell.Prepare("Invoke-ThousandEyesRequest /slow -Query @{ms = 1600}");
        Assert.Single(slow.Invoke());
        List<ProgressRecord> shown = slow.Streams.Progress.Where(one => one.Activity.StartsWith("ThousandEyes")).ToList();
        Assert.Equal("ThousandEyes GET /slow", shown[0].Activity);
        Assert.Equal(ProgressRecordType.Completed, shown[^1].RecordType);
        using PowerShell quick = shell.Prepare("Invoke-ThousandEyesRequest /tests");
        Assert.Single(quick.Invoke());
        Assert.Empty(quick.Streams.Progress);
    }

    [Fact]
    public void TheLogIsInTheStreams()
    {
        using Shell shell = new(server);
        shell.Run("Get-ThousandEyesItem /tests -Debug -Verbose");
        Assert.Contains(shell.Streams, line => line.Contains("/v7/tests"));
        shell.Run("Get-ThousandEyesItem /tests");
        Assert.Empty(shell.Streams);
        ErrorRecord stopped = shell.Fail("$DebugPreference = 'Stop'; Get-ThousandEyesItem /tests");
        Assert.IsType<ActionPreferenceStopException>(stopped.Exception);
        Assert.Equal(3, shell.Run("$DebugPreference = 'SilentlyContinue'; Get-ThousandEyesItem /tests").Count);
    }

    [Fact]
    public void ProgressThatMayNotBeShownEndsTheCallAndNothingElse()
    {
        using Shell shell = new(server);
        string line = "$ProgressPreference = 'Stop'; Invoke-ThousandEyesRequest /slow -Query @{ms = 5000}";
        Stopwatch clock = Stopwatch.StartNew();
        ErrorRecord stopped = shell.Fail(line);
        Assert.IsType<ActionPreferenceStopException>(stopped.Exception);
        Assert.InRange(clock.ElapsedMilliseconds, 900, 3000);
        Assert.Equal(3, shell.Run("$ProgressPreference = 'Continue'; Get-ThousandEyesItem /tests").Count);
    }

    /// <summary>A listener whose backlog is full drops what asks for a connection, as a firewall does.</summary>
    [Fact]
    public void StopEndsAConnect()
    {
        using Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(0);
        IPEndPoint full = (IPEndPoint)listener.LocalEndPoint!;
        List<Socket> queue = new();
        bool taken = true;
        for (int i = 0; i < 64 && taken; i++)
        {
            Socket one = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            queue.Add(one);
            taken = one.BeginConnect(full, null, null).AsyncWaitHandle.WaitOne(300);
        }
        Assert.False(taken, "the backlog takes any number");

        using Shell shell = new();
        string connect = "Connect-ThousandEyes $args[0] -BaseUrl $args[1] -StateDirectory $args[2]";
        string state = Directory.CreateTempSubdirectory("thousandeyes-connect-").FullName;
        shell.Run(connect, Shell.Secure(StandIn.Good), $"http://127.0.0.1:{full.Port}", state);
        using PowerShell blocked = shell.Prepare("Invoke-ThousandEyesRequest /tests");
        IAsyncResult running = blocked.BeginInvoke();
        Thread.Sleep(500);
        Assert.False(running.IsCompleted);
        Stopwatch clock = Stopwatch.StartNew();
        blocked.Stop();
        Assert.InRange(clock.ElapsedMilliseconds, 0, 300);
        Assert.Equal(PSInvocationState.Stopped, blocked.InvocationStateInfo.State);

        // It came no further than to ask for a connection: those that the listener has are the test's own.
        while (listener.Poll(0, SelectMode.SelectRead))
        {
            using Socket accepted = listener.Accept();
            Assert.Contains(queue, one => one.Connected && Equals(one.LocalEndPoint, accepted.RemoteEndPoint));
        }
        queue.ForEach(one => one.Dispose());
        shell.Run(connect, Shell.Secure(StandIn.Good), server.BaseUrl, state);
        Assert.Equal(3, shell.Run("Get-ThousandEyesItem /tests").Count);
        Directory.Delete(state, true);
    }

    private static void Until(Func<bool> condition)
    {
        Assert.True(SpinWait.SpinUntil(condition, TimeSpan.FromSeconds(20)), "it did not come to that");
    }
}
