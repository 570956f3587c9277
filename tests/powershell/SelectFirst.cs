// Stands in for `Select-Object -First 1`, which the engine's package lacks: it ends a pipeline by the same exception.
using System;
using System.Management.Automation;
using System.Reflection;

namespace ThousandEyes.PowerShell.Tests;

[Cmdlet(VerbsCommon.Select, "First")]
public sealed class SelectFirst : PSCmdlet
{
    private static readonly Type Enough = typeof(PSCmdlet).Assembly
        .GetType("System.Management.Automation.StopUpstreamCommandsException", throwOnError: true)!;

    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    protected override void ProcessRecord()
    {
        WriteObject(InputObject);
        const BindingFlags any = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;
        throw (Exception)Activator.CreateInstance(Enough, any, null, new object[] { this }, null)!;
    }
}
