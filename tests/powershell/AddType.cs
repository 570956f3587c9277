// Stands in for the shell's Add-Type, which the engine's package lacks: the SDK's compiler, at C# 5.
using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Reflection;

namespace ThousandEyes.PowerShell.Tests;

[Cmdlet(VerbsCommon.Add, "Type")]
public sealed class AddType : PSCmdlet
{
    [Parameter]
    public string[] LiteralPath { get; set; } = Array.Empty<string>();

    [Parameter]
    public SwitchParameter PassThru { get; set; }

    protected override void ProcessRecord()
    {
        WriteObject(Compile().GetTypes(), true);
    }

    private Assembly Compile()
    {
        string sdk = System.IO.Path.Combine(System.IO.Path.GetDirectoryName(Environment.ProcessPath)!, "sdk");
        string compiler = Directory.GetFiles(sdk, "csc.dll", SearchOption.AllDirectories).First();
        string file = System.IO.Path.Combine(Directory.CreateTempSubdirectory("thousandeyes-").FullName, "made.dll");
        ProcessStartInfo start = new(Environment.ProcessPath!) { RedirectStandardOutput = true };
        string[] switches = { "exec", compiler, "-nologo", "-target:library", "-langversion:5", "-warnaserror", "-out:" + file };
        string[] runtime = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(System.IO.Path.PathSeparator);
        foreach (string argument in switches.Concat(runtime.Select(one => "-r:" + one)).Concat(LiteralPath))
        {
            start.ArgumentList.Add(argument);
        }
        using Process process = Process.Start(start)!;
        string told = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException(told);
        }
        // From memory, as the shell's own does: such an assembly has no folder.
        Assembly assembly = Assembly.Load(File.ReadAllBytes(file));
        Directory.Delete(System.IO.Path.GetDirectoryName(file)!, true);
        return assembly;
    }
}
