// No token is told: not to a stream, not in an error, not in a transcript, not by any object that the module gives.
using System;
using System.Collections;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Security;
using Xunit;

namespace ThousandEyes.PowerShell.Tests;

public sealed class SecretTests : IDisposable
{
    private const string Secret = "secret-never-told-4711";

    // All that a session with a rejected token can do, in every way that fails.
    private const string Script = """
        $VerbosePreference = $DebugPreference = $InformationPreference = 'Continue'
        Import-Module $args[0]
        $global:session = Connect-ThousandEyes $args[1] -BaseUrl $args[2] -StateDirectory $args[3] -PassThru
        $global:session
        try { Get-ThousandEyesItem /tests } catch { $_ }
        try { Invoke-ThousandEyesRequest /tests -Method Post -Body @{a = 1} } catch { $_ }
        try { Get-ThousandEyesItem https://example.com/v7/tests } catch { $_ }
        Get-ThousandEyesGuard
        foreach ($i in 1..4) { try { Unblock-ThousandEyesToken; Get-ThousandEyesItem /tests } catch { $_ } }
        try { Connect-ThousandEyes $args[4] } catch { $_ }
        try { Connect-ThousandEyes -Credential $args[5] -Proxy '' } catch { $_ }
        try { Connect-ThousandEyes -Credential $args[5] -CaFile /missing } catch { $_ }
        """;

    private readonly StandIn server = new();
    private readonly string folder = Directory.CreateTempSubdirectory("thousandeyes-secret-").FullName;

    public void Dispose()
    {
        server.Dispose();
        Directory.Delete(folder, true);
    }

    private object[] Arguments()
    {
        PSCredential credential = new("nobody", Shell.Secure(Secret));
        SecureString unusable = Shell.Secure(Secret + " two words");
        string state = Path.Combine(folder, "state");
        return new object[] { Shell.Module, Shell.Secure(Secret), server.BaseUrl, state, unusable, credential };
    }

    [Fact]
    public void NotInStreamsErrorsHistoryAndObjects()
    {
        using Shell shell = new();
        List<PSObject> made = shell.Run(Script, Arguments());
        Assert.True(made.Count(one => one.BaseObject is ErrorRecord) >= 7, "too little failed");
        List<string> told = new(shell.Streams);
        Assert.Contains(told, line => line.Contains("TE_E_") || line.Contains("401"));
        ArrayList errors = (ArrayList)shell.Run(",$global:Error")[0].BaseObject;
        Assert.True(errors.Count >= 7, "the errors were not kept");
        foreach (object one in made.Concat(errors.Cast<object>()).Concat(shell.Run("$session")).Concat(shell.Run("Get-History")))
        {
            told.AddRange(Everything(one));
            // As jobs and remoting hand it on.
            told.Add(PSSerializer.Serialize(one));
        }
        Assert.True(told.Count > 500, "too little was looked at");
        Assert.All(told, line => Assert.DoesNotContain(Secret, line));
        Assert.Contains("0123", Everything(new { A = new[] { new Exception("0123") } }).Aggregate("", string.Concat));
    }

    /// <summary>The package of the engine lacks Start-Transcript, but has all that this cmdlet starts.</summary>
    [Fact]
    public void NotInTheTranscript()
    {
        string transcript = Path.Combine(folder, "transcript.txt");
        using Shell shell = new();
        PSHost host = (PSHost)shell.Run("$Host")[0].BaseObject;
        Transcribe("StartTranscribing", host, transcript, null, true, false);
        shell.Run(". { " + Script + " } @args 2>&1 | Out-Default", Arguments());
        Transcribe("StopTranscribing", host);
        string told = File.ReadAllText(transcript);
        foreach (string part in new[] { "TerminatingError(Get-ThousandEyesItem)", "VERBOSE: ", "DEBUG: ", server.BaseUrl })
        {
            Assert.Contains(part, told);
        }
        Assert.DoesNotContain(Secret, told);
    }

    private static void Transcribe(string method, PSHost host, params object?[] arguments) =>
        typeof(PSHostUserInterface).GetMethod(method, BindingFlags.NonPublic | BindingFlags.Instance)!
            .Invoke(host.UI, arguments);

    /// <summary>The text of an object, of its properties, of theirs...</summary>
    private static IEnumerable<string> Everything(object? start)
    {
        HashSet<object> seen = new(ReferenceEqualityComparer.Instance);
        Stack<(object? Of, int Depth)> open = new();
        open.Push((start, 0));
        while (open.TryPop(out (object? Of, int Depth) next))
        {
            if (next.Of == null || next.Of is not string && !seen.Add(next.Of))
            {
                continue;
            }
            object bare = next.Of is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : next.Of;
            yield return $"{next.Of}";
            // Further inside, the engine's objects are the whole engine.
            bool opened = bare is ErrorRecord or ErrorDetails or InvocationInfo or Exception or PSObject or IEnumerable
                || bare.GetType().Assembly != typeof(PSObject).Assembly;
            if (bare is string or Type or MemberInfo or Assembly || !opened || next.Depth == 6)
            {
                continue;
            }
            IEnumerable<object?> parts = bare is IEnumerable many ? many.Cast<object?>() : Values(bare);
            foreach (object? part in parts)
            {
                open.Push((part, next.Depth + 1));
            }
        }
    }

    private static IEnumerable<object?> Values(object of)
    {
        // What PowerShell shows with Format-List *, and what else is public.
        foreach (PSPropertyInfo property in PSObject.AsPSObject(of).Properties)
        {
            yield return Value(() => property.Value);
        }
        foreach (FieldInfo field in of.GetType().GetFields())
        {
            yield return Value(() => field.GetValue(of));
        }
    }

    /// <summary>What throws says why, and that is looked at too.</summary>
    private static object? Value(Func<object?> read)
    {
        try
        {
            return read();
        }
        catch (Exception failure)
        {
            return failure.ToString();
        }
    }
}
