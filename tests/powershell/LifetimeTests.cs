// What is left of calls, sessions and runspaces. Alone: handles and the environment are the process's.
using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using System.Security;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using Xunit;

namespace ThousandEyes.PowerShell.Tests;

[CollectionDefinition("Alone", DisableParallelization = true)]
public sealed class Alone
{
}

[Collection("Alone")]
public sealed class LifetimeTests : IDisposable
{
    private readonly StandIn server = new();

    public void Dispose() => server.Dispose();

    [Fact]
    public void NothingIsLeftOfCallsConnectsAndRunspaces()
    {
        // What other tests left is the collector's.
        Until(() => Collected() == 0);
        using (Shell shell = new(server))
        {
            Assert.Equal(1, Shell.LiveHandles);
            shell.Run("foreach ($i in 1..200) { $null = Get-ThousandEyesItem /tests }");
            shell.Run("foreach ($i in 1..50) { try { Invoke-ThousandEyesRequest /forbidden } catch { } }");
            shell.Run("foreach ($i in 1..100) { Connect-ThousandEyes $args[0] -BaseUrl $args[1] }",
                Shell.Secure("token"), server.BaseUrl);
            Assert.Equal(1, Shell.LiveHandles);
            shell.Run("Disconnect-ThousandEyes");
            Assert.Equal(0, Shell.LiveHandles);
            shell.Connect(server, StandIn.Good);
            shell.Run("Remove-Module ThousandEyes");
            Assert.Equal(0, Shell.LiveHandles);
        }
        Shell closed = new(server);
        Assert.Equal(1, Shell.LiveHandles);
        closed.Dispose();
        Assert.Equal(0, Shell.LiveHandles);
    }

    /// <summary>
    /// A fifth of the whole, which TE_TEST_WHOLE asks for: 100,000 calls and 1,000 connects in one runspace. In a fresh
    /// process, where nothing else needs memory.
    /// </summary>
    [Fact]
    [Trait("Takes", "Long")]
    public void MemoryStaysFlat()
    {
        int rounds = Environment.GetEnvironmentVariable("TE_TEST_WHOLE") is { Length: > 0 } ? 100 : 20;
        const string script = """
            Import-Module $args[0]
            # The collector gives memory back in several steps.
            function Resident {
                foreach ($i in 1..8) {
                    [GC]::Collect(2, 'Aggressive', $true, $true)
                    [GC]::WaitForPendingFinalizers()
                    $line = [IO.File]::ReadAllLines('/proc/self/status') -match '^VmRSS:'
                    $kib = [long]($line[0] -replace '[^0-9]', '')
                    if ($i -eq 1 -or $kib -lt $least) { $least = $kib }
                    [Threading.Thread]::Sleep(50)
                }
                $least
                [GC]::GetTotalMemory($true) -shr 10
            }
            Connect-ThousandEyes
            foreach ($round in 1..ROUNDS) {
                for ($i = 0; $i -lt 1000; $i++) { $null = Get-ThousandEyesItem /tests }
                for ($i = 0; $i -lt 10; $i++) { Connect-ThousandEyes }
                # Until then caches, compiler and heaps find their size.
                if ($round -eq 10) { Resident }
            }
            Resident
            Disconnect-ThousandEyes
            [ThousandEyes.Library]::LiveHandles
            """;
        string state = Directory.CreateTempSubdirectory("thousandeyes-memory-").FullName;
        Stopwatch clock = Stopwatch.StartNew();
                string[] told = Host.Run(1, script.Replace("ROUNDS", $"{rounds}"), start =>
        {
            start.Environment["TE_BASE_URL"] = server.BaseUrl;
            start.Environment["TE_TOKEN"] = StandIn.Good;
            start.Environment["TE_STATE_DIR"] = state;
            // A small youngest generation, 1 MiB, so that what it may waste is not taken for a leak.
            start.Environment["DOTNET_GCgen0size"] = "100000";
        });
        long[] figures = told.Select(long.Parse).ToArray();
        long grown = figures[2] - figures[0], kept = figures[3] - figures[1];
        Console.WriteLine(
            $"{rounds * 1000} calls, {rounds * 10} connects: {clock.Elapsed.TotalSeconds:F0} s; {figures[0]} KiB, then {grown} more; of .NET's objects {kept}");
        // One answer kept of each call would be 6,000 KiB of objects in the part. What the process has grows by 1,000 to
        // 4,000 KiB, in the whole no more than in the part: the runtime compiles in the background.
        Assert.InRange(kept, long.MinValue, 500);
        Assert.InRange(grown, long.MinValue, 8000);
        Assert.Equal(0, figures[4]);
        Assert.Equal(rounds * 1000, server.Requests);
        Directory.Delete(state, true);
    }

    private static long Collected()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return Shell.LiveHandles;
    }

    private static void Until(Func<bool> condition)
    {
        Assert.True(SpinWait.SpinUntil(condition, TimeSpan.FromSeconds(20)), "it did not come to that");
    }

    [Fact]
    public void TheEnvironmentOfThePipelineCounts()
    {
        using Shell shell = new();
        string file = Path.GetTempFileName();
        try
        {
            shell.Run("$env:TE_BASE_URL = $args[0]; $env:TE_TOKEN = $args[1]", server.BaseUrl, StandIn.Good);
            Assert.Equal(3, shell.Run("Connect-ThousandEyes; Get-ThousandEyesItem /tests").Count);
            // As Out-File of Windows PowerShell writes it.
            File.WriteAllText(file, StandIn.Good + "\r\n", Encoding.Unicode);
            shell.Run("$env:TE_TOKEN = $null; $env:TE_TOKEN_FILE = $args[0]; $env:TE_AID = '12'", file);
            Assert.Equal(3, shell.Run("Connect-ThousandEyes; Get-ThousandEyesItem /tests").Count);
            Assert.Equal("/v7/tests?aid=12", server.Log[1].GetProperty("target").GetString());
            File.Delete(file);
            foreach (string line in new[] { "", "$env:TE_TOKEN_FILE = $null; " })
            {
                ErrorRecord none = shell.Fail(line + "Connect-ThousandEyes");
                Assert.StartsWith("TE_E_NO_TOKEN,", none.FullyQualifiedErrorId);
                Assert.Equal(ErrorCategory.AuthenticationError, none.CategoryInfo.Category);
            }
        }
        finally
        {
            shell.Run("$env:TE_BASE_URL = $env:TE_TOKEN = $env:TE_TOKEN_FILE = $env:TE_AID = $null");
            File.Delete(file);
        }
    }

    [Fact]
    public void TheLibraryIsFoundBesideTheAssembly()
    {
        string built = Path.Combine(Settings.Needed("TE_TEST_MODULE"), "ThousandEyes.PowerShell.dll");
        if (!Shell.Built)
        {
            return;
        }
        string? named = Environment.GetEnvironmentVariable("TE_LIBRARY");
        string folder = Directory.CreateTempSubdirectory("thousandeyes-module-").FullName;
        string processor = RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant();
        string native = Path.Combine(folder, "runtimes", "linux-" + processor, "native");
        Directory.CreateDirectory(native);
        File.Copy(built, Path.Combine(folder, "ThousandEyes.PowerShell.dll"));
        string file = Path.Combine(native, "libthousandeyes.so");
        File.Copy(named!, file);
        try
        {
            Environment.SetEnvironmentVariable("TE_LIBRARY", null);
            // Another copy of the assembly, which has loaded nothing yet.
            Assert.Equal(file, Loaded(folder));
            Environment.SetEnvironmentVariable("TE_LIBRARY", Path.Combine(folder, "missing.so"));
            Assert.Contains("missing.so", Assert.Throws<TargetInvocationException>(() => Loaded(folder)).InnerException!.Message);
            Environment.SetEnvironmentVariable("TE_LIBRARY", null);
            // By its own path: what is loaded from the one above stays loaded.
            Directory.Delete(Path.Combine(folder, "runtimes"), true);
            string beside = Path.Combine(folder, "libthousandeyes.so");
            File.WriteAllText(beside, "no library");
            Assert.Contains(beside, Assert.Throws<TargetInvocationException>(() => Loaded(folder)).InnerException!.Message);
        }
        finally
        {
            Environment.SetEnvironmentVariable("TE_LIBRARY", named);
            Directory.Delete(folder, true);
        }
    }

    private static string Loaded(string folder)
    {
        AssemblyLoadContext apart = new("apart", true);
        Assembly assembly = apart.LoadFromAssemblyPath(Path.Combine(folder, "ThousandEyes.PowerShell.dll"));
        Assert.NotEqual("", assembly.GetType("ThousandEyes.Library")!.GetProperty("Version")!.GetValue(null));
        return (string)assembly.GetType("ThousandEyes.LibraryFile")!.GetProperty("Path")!.GetValue(null)!;
    }

    [Fact]
    public void CopiesOfASecureStringAreWiped()
    {
        // The white space has it refused at once, so that what HTTP and TLS do with tokens is not part of this.
        byte[] secret = GC.AllocateArray<byte>(64, pinned: true);
        byte[] wide = GC.AllocateArray<byte>(2 * secret.Length, pinned: true);
        SecureString secure = new();
        for (int i = 0; i < secret.Length; i++)
        {
            secret[i] = wide[2 * i] = i == 32 ? (byte)' ' : (byte)Random.Shared.Next('a', 'z' + 1);
            secure.AppendChar((char)secret[i]);
        }
        using Shell shell = new();
        for (int i = 0; i < 20; i++)
        {
            shell.Fail("Connect-ThousandEyes $args[0]", secure);
        }
        // The test's own copy of each kind, and no other.
        Assert.Equal(1, InMemory(secret));
        // Not encrypted but on Windows, it would be found itself.
        secure.Dispose();
        Assert.Equal(1, InMemory(wide));
        GC.KeepAlive(secret);
        GC.KeepAlive(wide);
    }

    /// <summary>How often bytes stand in this process's memory; the search makes no copy that it would find.</summary>
    private static int InMemory(byte[] wanted)
    {
        int found = 0;
        byte[] block = GC.AllocateArray<byte>(1 << 20, pinned: true);
        ulong own = (ulong)Marshal.UnsafeAddrOfPinnedArrayElement(block, 0);
        using FileStream memory = new("/proc/self/mem", FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 0);
        foreach (string map in File.ReadAllLines("/proc/self/maps"))
        {
            string[] parts = map.Split(' ', '-');
            if (!parts[2].StartsWith("rw") || map.EndsWith(']') && !map.EndsWith("[heap]"))
            {
                continue;
            }
            ulong end = ulong.Parse(parts[1], NumberStyles.HexNumber);
            for (ulong at = ulong.Parse(parts[0], NumberStyles.HexNumber); at < end; at += (ulong)(block.Length - 256))
            {
                Array.Clear(block);
                int size;
                try
                {
                    memory.Position = (long)at;
                    size = memory.Read(block, 0, (int)Math.Min((ulong)block.Length, end - at));
                }
                catch (IOException)
                {
                    break;
                }
                for (int i = 0, next; (next = block.AsSpan(i, size - i).IndexOf(wanted)) >= 0; i++)
                {
                    i += next;
                    bool here = at + (ulong)i >= own && at + (ulong)i < own + (ulong)block.Length;
                    // What begins in the overlap is counted by the next block.
                    bool later = i >= block.Length - 256 && at + (ulong)size < end;
                    found += !here && !later ? 1 : 0;
                }
            }
        }
        return found;
    }
}
