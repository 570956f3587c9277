// The engine in a process of its own, for what happens once in a process: loading, compiling, the first import.
using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Threading;
using Xunit;

namespace ThousandEyes.PowerShell.Tests;

using PowerShell = System.Management.Automation.PowerShell;

/// <summary>This assembly as a program: its arguments are a number of runspaces and a script for all of them.</summary>
public static class Host
{
    public static int Main(string[] arguments)
    {
        Runspace[] runspaces = Enumerable.Range(0, int.Parse(arguments[0])).Select(_ => Shell.Bare()).ToArray();
        using Barrier together = new(runspaces.Length);
        Thread[] threads = runspaces.Select(runspace => new Thread(() =>
        {
            together.SignalAndWait();
            using PowerShell shell = PowerShell.Create(runspace);
            shell.AddScript(arguments[1]).AddArgument(Shell.Module);
            Console.CancelKeyPress += (_, pressed) =>
            {
                pressed.Cancel = true;
                // Not Stop(): the shell is gone before that has seen its end.
                shell.BeginStop(null, null);
            };
            using PSDataCollection<PSObject> told = new();
            told.DataAdded += (_, added) => Console.WriteLine($"{told[added.Index]}");
            try
            {
                shell.Invoke(null, told);
            }
            catch (PipelineStoppedException)
            {
                return;
            }
            foreach (ErrorRecord error in shell.Streams.Error)
            {
                Console.WriteLine($"error: {error}");
            }
        })).ToArray();
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        return 0;
    }

    /// <summary>The lines that the script puts out in a fresh process; the module's manifest is its $args[0].</summary>
    public static string[] Run(int runspaces, string script, Action<ProcessStartInfo>? more = null)
    {
        using Process process = Start(runspaces, script, more);
        string told = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, told);
        return told.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>The same, while it runs. SIGINT is Ctrl-C, as in a shell.</summary>
    public static Process Start(int runspaces, string script, Action<ProcessStartInfo>? more = null)
    {
        ProcessStartInfo start = new(Environment.ProcessPath!) { RedirectStandardOutput = true };
        foreach (string argument in new[] { "exec", typeof(Host).Assembly.Location, $"{runspaces}", script })
        {
            start.ArgumentList.Add(argument);
        }
        more?.Invoke(start);
        return Process.Start(start)!;
    }
}
