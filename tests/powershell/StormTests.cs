// Many runspaces and programs in other languages at the same moment, with one bad token.
using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Text.Json;
using System.Threading;
using Xunit;

namespace ThousandEyes.PowerShell.Tests;

[Collection("Alone")]
[Trait("Takes", "Long")]
public sealed class StormTests : IDisposable
{
    private const int Runspaces = 50;
    private const int Programs = 20;
    // Long enough for every program to start and to ask while the first one's answer is on its way.
    private const int Delay = 4000;

    private readonly StandIn server = new();
    private readonly string state = Directory.CreateTempSubdirectory("thousandeyes-storm-").FullName;

    public void Dispose()
    {
        server.Dispose();
        Directory.Delete(state, true);
    }

    [Fact]
    public void FiftyRunspacesAndTwentyProgramsWithOneBadTokenAreOneRequest()
    {
        server.Tell($"delay?ms={Delay}");
        // One command line each in C#, C and Python; a third of the programs is of each.
        string[][] callers = JsonSerializer.Deserialize<string[][]>(Settings.Needed("TE_TEST_CALLERS"))!;
        Assert.Equal(3, callers.Length);
        Process[] programs = Enumerable.Range(0, Programs).Select(i => Waiting(callers[i % callers.Length])).ToArray();
        Shell[] shells = Enumerable.Range(0, Runspaces).Select(_ => new Shell()).ToArray();
        using Barrier together = new(Runspaces + 1);
        Thread[] threads = shells.Select(shell => new Thread(() =>
        {
            shell.Run(
                "Connect-ThousandEyes $args[0] -BaseUrl $args[1] -StateDirectory $args[2]",
                Shell.Secure("bad-token"), server.BaseUrl, state);
            together.SignalAndWait();
            shell.Run("$global:failures = foreach ($i in 1..5) { try { Get-ThousandEyesItem /tests } catch { $_ } }");
        })).ToArray();
        Array.ForEach(threads, thread => thread.Start());
        together.SignalAndWait();
        Array.ForEach(programs, program => program.StandardInput.Close());

        // Nobody has an answer yet, so that all who have asked by now wait for the same one.
        Thread.Sleep(Delay * 2 / 3);
        Assert.DoesNotContain(programs, program => program.HasExited);
        Assert.DoesNotContain(threads, thread => thread.Join(0));
        Assert.Equal(1, server.Requests);
        List<string> told = programs.Select(program => program.StandardError.ReadToEnd()).ToList();
        Array.ForEach(programs, program => program.WaitForExit());
        Array.ForEach(threads, thread => thread.Join());

        Assert.Equal(1, server.Requests);
        Assert.All(programs, program => Assert.Equal(1, program.ExitCode));
        told.AddRange(shells.SelectMany(shell => shell.Run("$failures | ForEach-Object { $_.FullyQualifiedErrorId }"))
            .Select(id => id.ToString().Replace(',', ':')));
        Assert.Equal(Programs + 5 * Runspaces, told.Count);
        Assert.Single(told, line => line.StartsWith("TE_E_UNAUTHORIZED:"));
        Assert.Equal(told.Count - 1, told.Count(line => line.StartsWith("TE_E_TOKEN_REFUSED:")));
        Array.ForEach(shells, shell => shell.Dispose());
        Array.ForEach(programs, program => program.Dispose());
    }

    /// <summary>A program that begins when its input ends.</summary>
    private Process Waiting(string[] commandLine)
    {
        ProcessStartInfo start = new("/bin/sh")
        {
            RedirectStandardInput = true, RedirectStandardError = true, RedirectStandardOutput = true
        };
        foreach (string argument in new[] { "-c", "read -r _; exec \"$@\"", "sh" }.Concat(commandLine))
        {
            start.ArgumentList.Add(argument);
        }
        start.Environment["TE_BASE_URL"] = server.BaseUrl;
        start.Environment["TE_TOKEN"] = "bad-token";
        start.Environment["TE_STATE_DIR"] = state;
        return Process.Start(start)!;
    }
}
