// The stand-in of the API, as its own process, and its control.
using System;
using System.Diagnostics;
using System.Net.Http;
using System.Text.Json;

namespace ThousandEyes.PowerShell.Tests;

/// <summary>A server of one test's own. What it saw is what counts.</summary>
public sealed class StandIn : IDisposable
{
    public const string Good = "powershell-good-token";

    private static readonly HttpClient Http = new(new SocketsHttpHandler { UseProxy = false });
    private readonly Process process;

    public StandIn()
    {
        ProcessStartInfo start = new(Settings.Needed("TE_TEST_STAND_IN"))
        {
            RedirectStandardInput = true, RedirectStandardOutput = true
        };
        foreach (string argument in new[] { "--quiet", "--until-stdin-closes", "--token", Good })
        {
            start.ArgumentList.Add(argument);
        }
        process = Process.Start(start)!;
        string line = process.StandardOutput.ReadLine()!;
        BaseUrl = line.Split("TE_BASE_URL=")[1].Split(' ')[0];
    }

    public string BaseUrl { get; }

    public long Requests => Counts().GetProperty("requests").GetInt64();

    /// <summary>Requests as the server saw them: method, target, headers, body, status.</summary>
    public JsonElement Log => Get("log");

    /// <summary>A control such as "revoke?token=T".</summary>
    public void Tell(string control, string body = "")
    {
        using HttpResponseMessage answer =
            Http.PostAsync(BaseUrl + "/_stand_in/" + control, new StringContent(body)).GetAwaiter().GetResult();
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>The next answers of a path, as the control's JSON; "...": none at all.</summary>
    public void Script(string path, string answers)
    {
        Tell("script", $$"""{"path": "{{path}}", "answers": [{{answers}}]}""");
    }

    public void Dispose()
    {
        process.StandardInput.Close();
        process.WaitForExit();
        process.Dispose();
    }

    private JsonElement Counts() => Get("counts");

    private JsonElement Get(string what)
    {
        string text = Http.GetStringAsync(BaseUrl + "/_stand_in/" + what).GetAwaiter().GetResult();
        return JsonDocument.Parse(text).RootElement;
    }
}

internal static class Settings
{
    internal static string Needed(string name) =>
        Environment.GetEnvironmentVariable(name) ?? throw new InvalidOperationException($"{name} is not set.");
}
