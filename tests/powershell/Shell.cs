// A runspace with the module, as a user has it.
using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Management.Automation.Runspaces;
using System.Security;

namespace ThousandEyes.PowerShell.Tests;

using PowerShell = System.Management.Automation.PowerShell;

public sealed class Shell : IDisposable
{
    public static string Module => Path.Combine(Settings.Needed("TE_TEST_MODULE"), "ThousandEyes.psd1");

    /// <summary>Whether the module under test is the built one, not a clone's that is compiled on import.</summary>
    public static bool Built => File.Exists(Path.Combine(Settings.Needed("TE_TEST_MODULE"), "ThousandEyes.PowerShell.dll"));

    private readonly Runspace runspace;

    /// <summary>A type of the module, however it was compiled.</summary>
    public static Type Type(string name)
    {
        using Shell loaded = new();
        return (Type)loaded.Run($"[{name}]")[0].BaseObject;
    }

    public static long LiveHandles =>
        (long)Type("ThousandEyes.Library").GetProperty("LiveHandles")!.GetValue(null)!;

    public Shell()
    {
        runspace = Bare();
        Run("Import-Module $args[0]", Module);
    }

    /// <summary>A runspace without the module.</summary>
    public static Runspace Bare(PSHost? host = null)
    {
        InitialSessionState state = InitialSessionState.CreateDefault2();
        state.Commands.Add(new SessionStateCmdletEntry("Add-Type", typeof(AddType), null));
        state.Commands.Add(new SessionStateCmdletEntry("Select-First", typeof(SelectFirst), null));
        Runspace made = host == null ? RunspaceFactory.CreateRunspace(state) : RunspaceFactory.CreateRunspace(host, state);
        made.Open();
        return made;
    }

    /// <summary>A runspace that is connected, with its state in memory.</summary>
    public Shell(StandIn server, string token = StandIn.Good) : this()
    {
        Connect(server, token);
    }

    public Runspace Runspace => runspace;

    /// <summary>Warning, verbose, debug, information, progress and error streams of the last run, as text.</summary>
    public List<string> Streams { get; } = new();

    public void Connect(StandIn server, string token, string more = "")
    {
        // The state is this test's own: those of one process would share the memory's.
        string state = Directory.CreateTempSubdirectory("thousandeyes-state-").FullName;
        folders.Add(state);
        string line = "Connect-ThousandEyes -Token $args[0] -BaseUrl $args[1] -StateDirectory $args[2] " + more;
        Run(line, Secure(token), server.BaseUrl, state);
    }

    private readonly List<string> folders = new();

    public static SecureString Secure(string text)
    {
        SecureString made = new();
        foreach (char letter in text)
        {
            made.AppendChar(letter);
        }
        return made;
    }

    public PowerShell Prepare(string script, params object[] arguments)
    {
        PowerShell shell = PowerShell.Create();
        shell.Runspace = runspace;
        shell.AddScript(script);
        foreach (object argument in arguments)
        {
            shell.AddArgument(argument);
        }
        return shell;
    }

    /// <summary>What a script puts out. Any error is thrown.</summary>
    public List<PSObject> Run(string script, params object[] arguments)
    {
        using PowerShell shell = Prepare(script, arguments);
        try
        {
            List<PSObject> made = shell.Invoke().ToList();
            if (shell.Streams.Error.Count > 0)
            {
                throw new InvalidOperationException($"{script}: {shell.Streams.Error[0]}");
            }
            return made;
        }
        finally
        {
            Streams.Clear();
            PSDataStreams all = shell.Streams;
            Streams.AddRange(all.Error.Select(one => one.ToString()));
            Streams.AddRange(all.Warning.Select(one => one.Message));
            Streams.AddRange(all.Verbose.Select(one => one.Message));
            Streams.AddRange(all.Debug.Select(one => one.Message));
            Streams.AddRange(all.Information.Select(one => one.ToString()));
            Streams.AddRange(all.Progress.Select(one => one.ToString()));
        }
    }

    /// <summary>The terminating error of a script that must fail: only such a one reaches a catch.</summary>
    public ErrorRecord Fail(string script, params object[] arguments)
    {
        PSObject? last = Run($"try {{ {script} }} catch {{ $_ }}", arguments).LastOrDefault();
        return last?.BaseObject as ErrorRecord ?? throw new InvalidOperationException($"{script} did not fail.");
    }

    public void Dispose()
    {
        runspace.Dispose();
        folders.ForEach(folder => Directory.Delete(folder, true));
    }
}
