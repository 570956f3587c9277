// What Get-Help shows is about the cmdlets as they are.
using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Language;
using Xunit;

namespace ThousandEyes.PowerShell.Tests;

public sealed class HelpTests
{
    [Fact]
    public void EveryCmdletHasHelpWithItsParametersAndExamples()
    {
        // Where the module is compiled on import, PowerShell has no file to look the cmdlets' help up by.
        if (!Shell.Built)
        {
            return;
        }
        using Shell shell = new();
        foreach (PSObject command in shell.Run("(Get-Module ThousandEyes).ExportedCommands.Values"))
        {
            CmdletInfo cmdlet = (CmdletInfo)command.BaseObject;
            PSObject help = shell.Run("Get-Help $args[0] -Full", cmdlet.Name)[0];
            Assert.EndsWith(".", Lines(help, "Synopsis")[0]);
            string[] common = Cmdlet.CommonParameters.ToArray();
            string[] real = cmdlet.Parameters.Keys.Except(common).Order().ToArray();
            PSObject[] told = Many(help, "parameters", "parameter");
            Assert.Equal(real, told.Select(one => $"{one.Properties["name"].Value}").Order());
            Assert.All(told, one => Assert.NotEmpty(Lines(one, "description")));
            string[] examples = Many(help, "examples", "example").Select(one => $"{one.Properties["code"].Value}").ToArray();
            Assert.NotEmpty(examples);
            Assert.All(examples, example => Fits(shell, example));
            Assert.NotEmpty(Many(help, "syntax", "syntaxItem"));
        }
    }

    [Fact]
    public void TheTopicIsFound()
    {
        using Shell shell = new();
        string topic = shell.Run("Get-Help about_ThousandEyes")[0].ToString();
        Assert.Contains("TE_LIBRARY", topic);
        // As wide as a console is.
        Assert.All(topic.Split('\n'), line => Assert.InRange(line.TrimEnd().Length, 0, 80));
        string also = topic.Substring(topic.IndexOf("SEE ALSO", StringComparison.Ordinal));
        string[] named = also.Split('\n').Skip(1).Select(line => line.Trim()).Where(line => line.Length > 0).ToArray();
        List<PSObject> commands = shell.Run("(Get-Module ThousandEyes).ExportedCommands.Keys");
        Assert.Equal(commands.Select(one => $"{one}").Order(), named);
        // Its code is what is set in by eight and more.
        IEnumerable<string> code = topic.Split('\n').Where(line => line.StartsWith("        ")).Select(line => line.Trim());
        string[] lines = code.Where(line => line.Contains("-ThousandEyes")).ToArray();
        Assert.True(lines.Length >= 5, "its code was not found");
        Assert.All(lines, line => Fits(shell, line));
    }

    /// <summary>Whether each of the module's cmdlets in a piece of code has the parameters that it is given.</summary>
    private static void Fits(Shell shell, string code)
    {
        // The errors of a part of a block do not count here; the cmdlets in it are found nevertheless.
        Ast script = Parser.ParseInput(code, out _, out _);
        foreach (CommandAst call in script.FindAll(ast => ast is CommandAst, true).Cast<CommandAst>())
        {
            string? name = call.GetCommandName();
            if (name == null || !name.Contains("-ThousandEyes"))
            {
                continue;
            }
            CmdletInfo cmdlet = (CmdletInfo)shell.Run("Get-Command $args[0]", name)[0].BaseObject;
            foreach (CommandParameterAst given in call.CommandElements.OfType<CommandParameterAst>())
            {
                Assert.Contains(given.ParameterName, cmdlet.Parameters.Keys);
            }
        }
    }

    private static PSObject[] Many(PSObject help, string list, string element)
    {
        PSObject? inner = help.Properties[list]?.Value as PSObject;
        object? all = inner?.Properties[element]?.Value;
        return all switch
        {
            null => Array.Empty<PSObject>(),
            PSObject { BaseObject: object[] many } => many.Select(PSObject.AsPSObject).ToArray(),
            object[] many => many.Select(PSObject.AsPSObject).ToArray(),
            _ => new[] { PSObject.AsPSObject(all) },
        };
    }

    private static string[] Lines(PSObject help, string property)
    {
        object? value = help.Properties[property]?.Value;
        object? bare = value is PSObject wrapped ? wrapped.BaseObject : value;
        object[] lines = bare as object[] ?? new[] { bare ?? "" };
        return lines.Select(line => $"{PSObject.AsPSObject(line).Properties["Text"]?.Value ?? line}".Trim())
            .Where(line => line.Length > 0).ToArray();
    }
}
