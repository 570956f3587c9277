// JSON of answers as objects, value by value.
using System;
using System.Linq;
using System.Management.Automation;
using System.Text.Json;
using Xunit;

namespace ThousandEyes.PowerShell.Tests;

public sealed class JsonTests : IDisposable
{
    private readonly StandIn server = new();

    public void Dispose() => server.Dispose();

    private string Scripted(string document) =>
        $$"""{"headers": {"Content-Type": "application/json"}, "body": {{JsonSerializer.Serialize(document)}}}""";

    [Theory]
    [InlineData("7", 7L)]
    [InlineData("-9223372036854775808", long.MinValue)]
    [InlineData("1.5e3", 1500.0)]
    [InlineData("-0.25", -0.25)]
    [InlineData("true", true)]
    [InlineData("\"2024-05-06T07:08:09Z\"", "2024-05-06T07:08:09Z")]
    [InlineData("\"\\u00fc\\ud834\\udd1e \\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\u00fc\U0001d11e \"\\/\b\f\n\r\t")]
    [InlineData("null", null)]
    public void EachValueHasItsType(string json, object? value)
    {
        using Shell shell = new(server);
        server.Script("/v7/x", Scripted($"{{ \"a\" : {json} }}"));
        PSObject made = Assert.Single(shell.Run("Invoke-ThousandEyesRequest /x"));
        object? read = made.Properties["a"].Value;
        Assert.Equal(value, read);
    }

    [Fact]
    public void LargeNumbersAndOddNamesAreKept()
    {
        using Shell shell = new(server);
        server.Script("/v7/x", Scripted("""{"n": 9223372036854775808, "": 1, "A": 1, "a": 2, "deep": [[{}], []]}"""));
        PSObject made = Assert.Single(shell.Run("Invoke-ThousandEyesRequest /x"));
        Assert.Equal(9223372036854775808m, made.Properties["n"].Value);
        Assert.Equal(1L, made.Properties["(empty)"].Value);
        Assert.Equal(2L, made.Properties["a"].Value);
        Assert.Equal(new[] { "n", "(empty)", "A", "deep" }, made.Properties.Select(one => one.Name));
        Assert.Equal(2, ((object[])made.Properties["deep"].Value).Length);
    }

    [Theory]
    [InlineData("""{"a": 1""")]
    [InlineData("""{"a" 1}""")]
    [InlineData("""{"a": 1} 2""")]
    [InlineData("""{"a": tru}""")]
    [InlineData("""{"a": "\x"}""")]
    [InlineData("""{"a": "x}""")]
    [InlineData("[1, ]")]
    [InlineData("NaN")]
    public void WhatIsNoJsonIsAnError(string document)
    {
        using Shell shell = new(server);
        server.Script("/v7/x", Scripted(document));
        ErrorRecord failure = shell.Fail("Invoke-ThousandEyesRequest /x");
        Assert.StartsWith("TE_E_BAD_RESPONSE,", failure.FullyQualifiedErrorId);
        Assert.Equal(ErrorCategory.InvalidData, failure.CategoryInfo.Category);
    }

    [Fact]
    public void ADocumentWithoutEndDoesNotEndTheProcess()
    {
        using Shell shell = new(server);
        server.Script("/v7/x", Scripted(new string('[', 1_000_000)));
        Assert.StartsWith("TE_E_BAD_RESPONSE,", shell.Fail("Invoke-ThousandEyesRequest /x").FullyQualifiedErrorId);
        // The library lets more levels through than objects may have here.
        server.Script("/v7/x", Scripted(new string('[', 300) + new string(']', 300)));
        Assert.StartsWith("BadJson,", shell.Fail("Invoke-ThousandEyesRequest /x").FullyQualifiedErrorId);
    }
}
