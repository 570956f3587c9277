// The project's PowerShell scripts, and the README's.
using System;
using System.IO;
using System.Linq;
using System.Management.Automation.Language;
using System.Text.RegularExpressions;
using Xunit;

namespace ThousandEyes.PowerShell.Tests;

public sealed class ScriptTests
{
    private static string Root => Settings.Needed("TE_TEST_ROOT");

    [Fact]
    public void EveryScriptIsReadByTheParser()
    {
        string[] folders = { "bindings", "examples", "tests", "docs" };
        string[] files = folders
            .SelectMany(folder => Directory.GetFiles(Path.Combine(Root, folder), "*.ps*1", SearchOption.AllDirectories))
            .ToArray();
        Assert.Contains(files, file => file.EndsWith("ThousandEyes.psm1"));
        Assert.Contains(files, file => file.EndsWith("ThousandEyes.psd1"));
        foreach (string file in files)
        {
            Parser.ParseFile(file, out _, out ParseError[] errors);
            Assert.True(errors.Length == 0, file + ": " + string.Join("; ", errors.Select(error => error.ToString())));
        }
    }

    [Fact]
    public void TheReadmeRunsAsItStands()
    {
        (string[] told, long requests) = RunDocument("README.md");
        Assert.Equal(3, told.Length);
        Assert.Matches("^Example 1 [a-z-]+ True$", told[0]);
        Assert.Equal(1, requests);
    }

    [Fact]
    public void ThePageForPowerShellRunsAsItStands()
    {
        (string[] told, long requests) = RunDocument(Path.Combine("docs", "powershell.md"));
        Assert.Matches("^Example 1 [a-z-]+ True$", told[0]);
        Assert.Contains(told, line => line.StartsWith("TE_E_NOT_FOUND,"));
        Assert.DoesNotContain(told, line => line.StartsWith("error:"));
        Assert.Contains("Own agent", told);
        // Two lists, a call, and one that fails.
        Assert.Equal(4, requests);
    }

    /// <summary>What a document's blocks put out, one after the other, and how many requests they made.</summary>
    private static (string[], long) RunDocument(string document)
    {
        MatchCollection blocks = Regex.Matches(
            File.ReadAllText(Path.Combine(Root, document)), "```powershell\n(.*?)```", RegexOptions.Singleline);
        Assert.NotEmpty(blocks);
        string program = string.Concat(blocks.Select(block => block.Groups[1].Value));
        string home = Directory.CreateTempSubdirectory("thousandeyes-home-").FullName;
        Directory.CreateDirectory(Path.Combine(home, ".local"));
        string library = Settings.Needed("TE_LIBRARY");
        Directory.CreateSymbolicLink(Path.Combine(home, ".local", "lib"), Path.GetDirectoryName(library)!);
        // The engine's package lacks Select-Object.
        const string select = """
            function Select-Object([string[]] $Property) {
                process { "$(foreach ($name in $Property) { $_.$name })" }
            }

            """;
        using StandIn server = new();
        string[] told = Host.Run(1, select + program, start =>
        {
            start.WorkingDirectory = Root;
            start.Environment["HOME"] = home;
            // A document that names the library itself names the one in this home.
            start.Environment["TE_LIBRARY"] = program.Contains("$env:TE_LIBRARY =") ? "/none" : library;
            start.Environment.Remove("LD_LIBRARY_PATH");
            start.Environment["TE_BASE_URL"] = server.BaseUrl;
            start.Environment["TE_TOKEN"] = StandIn.Good;
        });
        Directory.Delete(home, true);
        return (told, server.Requests);
    }
}
