// The public surface of the binding, one check a run: Checks.exe NAME. tests/dotnet_callers.rs sets the scene.
using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;
using ThousandEyes;

static partial class Checks
{
    static int Main(string[] args)
    {
        typeof(Checks).GetMethod(args[0], BindingFlags.Static | BindingFlags.NonPublic).Invoke(null, null);
        Same(0L, Library.LiveHandles, "handles alive at the end");
        Console.WriteLine(args[0] + " passed");
        return 0;
    }

    static void Same<T>(T expected, T actual, string what)
    {
        if (!EqualityComparer<T>.Default.Equals(expected, actual))
        {
            throw new Exception(what + ": expected " + expected + ", got " + actual);
        }
    }

    static void True(bool holds, string what)
    {
        Same(true, holds, what);
    }

    /// <summary>The exception of this class that it must throw.</summary>
    static E Fails<E>(Action act) where E : Exception
    {
        try
        {
            act();
        }
        catch (E failure)
        {
            return failure;
        }
        throw new Exception("expected " + typeof(E).Name + ", and nothing was thrown");
    }

    /// <summary>Likewise, with this status; its response is disposed of.</summary>
    static E Fails<E>(int status, Sent sent, Action act) where E : ThousandEyesException
    {
        E failure = Fails<E>(act);
        Same(status, failure.Status, failure.Message);
        Same(sent, failure.Sent, failure.Message);
        if (failure.Response != null)
        {
            Same(status, failure.Response.Status, "the response's status");
            Same(failure.Message, failure.Response.Message, "the response's message");
            failure.Response.Dispose();
        }
        return failure;
    }

    static Client With(Options options)
    {
        return new Client(null, options);
    }

    static void Functions()
    {
        Type native = typeof(Client).Assembly.GetType("ThousandEyes.Native", true);
        int count = 0;
        foreach (MethodInfo method in native.GetMethods(BindingFlags.Static | BindingFlags.Public))
        {
            DllImportAttribute import = method.GetCustomAttribute<DllImportAttribute>();
            True(import.Value == "thousandeyes" && import.ExactSpelling, method.Name);
            Same(CallingConvention.Cdecl, import.CallingConvention, method.Name);
            Marshal.Prelink(method);
            count++;
        }
        Console.WriteLine("{0} functions of version {1}", count, Library.Version);
    }

    static void Unicode()
    {
        const string Odd = "\u00FC \U0001D11E \"\\";
        const string Body = "{\"name\":\"\u00FC\U0001D11E\"}";
        using (Client client = new Client())
        using (Call call = new Call("POST", "echo"))
        {
            call.SetQuery("\u00FC", Odd);
            call.SetBody(Body);
            using (Response response = client.Perform(call))
            {
                Same(Body, response.JsonString("/body"), "the body that came back");
                True(response.Text.Contains("\u00FC\U0001D11E"), response.Text);
                True(response.Body.SequenceEqual(new UTF8Encoding(false).GetBytes(response.Text)), "the bytes");
            }
            Fails<ArgumentException>(() => call.SetQuery("a", "half a pair: \uD834"));
            Fails<ArgumentException>(() => call.SetQuery("a", "an end inside: \0"));
            client.Request("POST", "echo", Body).Dispose();
        }
    }

    static void Headers()
    {
        using (Client client = new Client())
        using (Response response = client.Get("twice"))
        {
            Same("one", response.Header("X-TWICE"), "the first value");
            Same(null, response.Header("x-none"), "no such header");
            var values = response.Headers.Where(header => header.Key == "x-twice").Select(header => header.Value);
            Same("one, two", string.Join(", ", values), "both values");
        }
    }

    static void Json()
    {
        using (Client client = new Client())
        using (Response json = client.Get("json"))
        {
            Same(Constants.TE_OK, json.Status, "status");
            Same("TE_OK", json.StatusName, "status name");
            Same("", json.Message, "message");
            Same(200, json.HttpStatus, "HTTP status");
            Same(Sent.Yes, json.Sent, "sent");
            Same(null, json.RetryAfter, "retry after");
            Same("text", json.JsonString("/string"), "string");
            Same("7", json.JsonString("/number", "x"), "number as string");
            Same(null, json.JsonString("/none"), "no string");
            Same("x", json.JsonString("/null", "x"), "null as string");
            Same(9007199254740993, json.JsonInt64("/id"), "id");
            Same(7, json.JsonInt64("/number", 1), "number");
            Same(-5, json.JsonInt64("/string", -5), "no number");
            Same(1.5, json.JsonDouble("/double"), "double");
            Same(-0.5, json.JsonDouble("/none", -0.5), "no double");
            Same(true, json.JsonBool("/true"), "true");
            Same(false, json.JsonBool("/false", true), "false");
            Same(true, json.JsonBool("/none", true), "no boolean");
            Same(2, json.JsonCount("/array"), "array");
            Same(10, json.JsonCount(""), "document");
            Same(-1, json.JsonCount("/string"), "neither array nor object");
            Same(Constants.TE_JSON_ABSENT, json.JsonType("/none"), "type of nothing");
            Same(Constants.TE_JSON_OBJECT, json.JsonType("/object"), "type of an object");
            Same("slash", json.JsonString("/object/a~1b"), "escaped pointer");
            Same("array", json.JsonName("", 0), "the first name");
            Same("a/b", json.JsonName("/object", 0), "a name with a slash");
            Same(null, json.JsonName("", 10), "past the last name");
            Same("[1,2]", json.JsonRaw("/array"), "a part's text");
            Same(null, json.JsonRaw("/none"), "no part");
            Same("/array", json.JsonItems(), "the only array");
            Same(null, json.JsonItems("object"), "no such array");
        }
    }

    static void Rotating()
    {
        using (Client client = new Client())
        {
            string kept = null;
            client.RotateToken((token, validUntil) => kept = token + " until " + validUntil);
            Same("renewed-token-1 until 2028-11-25T00:00:00Z", kept, "what was handed over");
            client.Get("tests").Dispose();
            Fails<RequestException>(Constants.TE_E_HTTP, Sent.Yes, () => client.RotateToken((token, until) => { }));
            Fails<ArgumentNullException>(() => client.RotateToken(null));
        }
        using (Client client = new Client("renewed-token-1"))
        {
            client.Get("tests").Dispose();
        }
    }

    static void Kinds()
    {
        TokenException token;
        using (Client bad = new Client("not-accepted"))
        {
            token = Fails<TokenException>(() => bad.Get("/tests"));
            Same("TE_E_UNAUTHORIZED", token.StatusName, token.Message);
            Same(401, token.HttpStatus, "HTTP status");
            Same(Sent.Yes, token.Sent, "sent");
            Same("invalid_token", token.Response.JsonString("/error"), "the body of the failure");
            token.Response.Dispose();
            Same("TE_E_UNAUTHORIZED", token.StatusName, "what an exception says after its response is gone");
            token = Fails<TokenException>(Constants.TE_E_TOKEN_REFUSED, Sent.No, () => bad.Get("/tests"));
            True(token.RetryAfter.Value > TimeSpan.FromMinutes(1), "the guard's next try: " + token.RetryAfter);
            for (int i = 0; i < 3; i++)
            {
                bad.UnblockToken();
                token = Fails<TokenException>(Constants.TE_E_UNAUTHORIZED, Sent.Yes, () => bad.Get("/tests"));
            }
            token = Fails<TokenException>(Constants.TE_E_TOKEN_REFUSED, Sent.No, bad.UnblockToken);
            True(token.Message.Contains("3 times"), token.Message);
        }
        Fails<TokenException>(Constants.TE_E_BAD_TOKEN, Sent.No, () => new Client("Bearer abc"));
        using (var secret = new System.Security.SecureString())
        {
            secret.AppendChar('<');
            Fails<TokenException>(Constants.TE_E_BAD_TOKEN, Sent.No, () => Client.Secured(secret));
        }
        using (Client client = With(new Options { Timeout = TimeSpan.FromSeconds(2) }))
        {
            var wait = Fails<WaitException>(Constants.TE_E_RATE_LIMITED, Sent.Yes, () => client.Get("limited"));
            Same(60, (int)Math.Round(wait.RetryAfter.Value.TotalSeconds), "retry after");
            var request = Fails<RequestException>(Constants.TE_E_NOT_FOUND, Sent.Yes, () => client.Get("nothing"));
            Same(404, request.HttpStatus, "HTTP status");
            Same(null, request.RetryAfter, "retry after");
            const string Foreign = "https://www.example.com/";
            Fails<RequestException>(Constants.TE_E_FOREIGN_LINK, Sent.No, () => client.Get(Foreign));
            Fails<RequestException>(Constants.TE_E_INVALID_ARGUMENT, Sent.No, () => client.Get(null));
            client.Cancel();
            Fails<LocalException>(Constants.TE_E_CANCELLED, Sent.No, () => client.Get("/tests"));
        }
        using (Client nobody = With(new Options { BaseUrl = "http://127.0.0.1:1" }))
        {
            var retry = Fails<RetryException>(Constants.TE_E_CONNECT, Sent.No, () => nobody.Get("/tests"));
            Same(0, retry.HttpStatus, "HTTP status");
        }
    }
}
