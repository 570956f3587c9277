// What is sent: queries and bodies, in every culture.
using System;
using System.Linq;
using System.Management.Automation;
using System.Text.Json;
using Xunit;

namespace ThousandEyes.PowerShell.Tests;

public sealed class SendTests : IDisposable
{
    private readonly StandIn server = new();

    public void Dispose() => server.Dispose();

    [Fact]
    public void QueriesAreTheSameInEveryCulture()
    {
        using Shell shell = new(server);
        string script = """
            $comma = [cultureinfo]::InvariantCulture.Clone()
            $comma.NumberFormat.NumberDecimalSeparator = ','
            $comma.DateTimeFormat.TimeSeparator = '.'
            [cultureinfo]::CurrentCulture = $comma
            if ((1.5).ToString() -ne '1,5') { throw 'the culture is another' }
            $time = [datetime]::new(2024, 5, 6, 7, 8, 9, [DateTimeKind]::Utc)
            Invoke-ThousandEyesRequest /echo -Query ([ordered]@{
                n = 1.5; yes = $true; at = $time; many = 1, 'b c'; none = $null; m = [decimal]2.5 })
            """;
        shell.Run(script);
        Assert.Equal(
            "/v7/echo?n=1.5&yes=true&at=2024-05-06T07%3A08%3A09Z&many=1&many=b%20c&m=2.5", server.Log[0].GetProperty("target").GetString());
    }

    [Theory]
    [InlineData("@{}", "{}")]
    [InlineData("[ordered]@{a = 1; b = $null; c = $true}", """{"a":1,"b":null,"c":true}""")]
    [InlineData("@{a = 1, 2.5, 'x'}", """{"a":[1,2.5,"x"]}""")]
    [InlineData("[pscustomobject]@{a = @(); b = [pscustomobject]@{}}", """{"a":[],"b":{}}""")]
    [InlineData("@{a = 'q\"\\ü' + [char]10}", """{"a":"q\"\\ü\u000a"}""")]
    [InlineData("'{\"as\": \"it is\"}'", """{"as": "it is"}""")]
    [InlineData("@{m = [System.DayOfWeek]::Monday; u = [guid]::Empty}", null)]
    public void BodiesAreSentAsJson(string body, string? json)
    {
        using Shell shell = new(server);
        string sent = $"Invoke-ThousandEyesRequest /echo -Method Post -Body ({body})";
        string arrived = Body(shell, sent);
        if (json == null)
        {
            JsonElement root = JsonDocument.Parse(arrived).RootElement;
            Assert.Equal("Monday", root.GetProperty("m").GetString());
            Assert.Equal(Guid.Empty.ToString(), root.GetProperty("u").GetString());
        }
        else
        {
            Assert.Equal(json, arrived);
        }
    }

    [Theory]
    [InlineData("$h = @{}; $h.h = $h; $h", "itself")]
    [InlineData("@{x = [double]::NaN}", "NaN")]
    [InlineData("@{x = [System.IO.FileInfo]::new('/tmp')}", "FileInfo")]
    [InlineData("'{'", "The body is not JSON: a name is missing at character 2. Nothing was sent.")]
    [InlineData("'testName=x'", "The body is not JSON")]
    [InlineData("''", "The body is not JSON")]
    public void WhatIsNoJsonIsNotSent(string body, string says)
    {
        using Shell shell = new(server);
        ErrorRecord failure = shell.Fail($"$b = . {{ {body} }}; Invoke-ThousandEyesRequest /echo -Method Post -Body $b");
        Assert.StartsWith("BadArgument,", failure.FullyQualifiedErrorId);
        Assert.Contains(says, failure.Exception.Message);
        Assert.Equal(0, server.Requests);
    }

    [Fact]
    public void AVariableWithoutAValueIsNoBody()
    {
        using Shell shell = new(server);
        ErrorRecord none = shell.Fail("Invoke-ThousandEyesRequest /echo -Method Post -Body $missing");
        Assert.IsAssignableFrom<ParameterBindingException>(none.Exception);
        Assert.Throws<InvalidOperationException>(() => shell.Run("$missing | Invoke-ThousandEyesRequest /echo -Method Post"));
        Assert.Equal(0, server.Requests);
        Assert.Equal("", Body(shell, "Invoke-ThousandEyesRequest /echo -Method Post"));
    }

    /// <summary>The body that the server got, as /echo tells it.</summary>
    private static string Body(Shell shell, string line) =>
        (string)Assert.Single(shell.Run(line)).Properties["body"].Value;
}
