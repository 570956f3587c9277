// Checks of every option, every setter of a call, and the callbacks.
using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading;
using ThousandEyes;

static partial class Checks
{
    static readonly TimeSpan Short = TimeSpan.FromMilliseconds(300);

    /// <summary>That it ends soon, where without what is checked it would take ten seconds or more.</summary>
    static void Soon(Action act)
    {
        Stopwatch time = Stopwatch.StartNew();
        act();
        True(time.Elapsed < TimeSpan.FromSeconds(5), "took " + time.Elapsed);
    }

    static void Settings()
    {
        var options = new Options
        {
            BaseUrl = Environment.GetEnvironmentVariable("CHECKS_BASE_URL"),
            StateDir = Path.Combine(Environment.GetEnvironmentVariable("CHECKS_STATE_DIR"), "\u00FC"),
            AccountGroup = "7",
            Proxy = "",
            UserAgent = "checks/1",
            BodyLimit = 1000,
            UnauthorizedBudget = 5,
            Timeout = Short,
            ConnectTimeout = TimeSpan.FromSeconds(9),
        };
        using (Client client = With(options))
        {
            using (Response echo = client.Request("POST", "echo", null))
            {
                Same("/v7/echo?aid=7", echo.JsonString("/target"), "the account group");
                string agent = echo.JsonString("/headers/user-agent");
                True(agent.StartsWith("checks/1 libthousandeyes/"), agent);
            }
            using (Response guard = client.Guard())
            {
                Same(5, guard.JsonInt64("/budget"), "the budget");
                Same("accepted", guard.JsonString("/token"), "the token");
            }
            Fails<RequestException>(Constants.TE_E_TOO_LARGE, Sent.Yes, () => client.Get("big?bytes=2000"));
            Soon(() => Fails<RetryException>(
                Constants.TE_E_TIMEOUT, Sent.Perhaps, () => client.Get("slow?ms=10000")));
        }
        // The same state knows the token, another does not: it is sent twice.
        BadToken(Constants.TE_E_UNAUTHORIZED, options);
        BadToken(Constants.TE_E_TOKEN_REFUSED, options);
        options.StateDir = "";
        BadToken(Constants.TE_E_UNAUTHORIZED, options);
        Same(0, Refused(new Options { UnauthorizedBudget = 111 }).IndexOf("The budget"), "a budget too large");
        Same(0, Refused(new Options { BodyLimit = 0 }).IndexOf("The body limit"), "a body limit of nothing");
        Same(0, Refused(new Options { Timeout = TimeSpan.Zero }).IndexOf("The time"), "no time");
        True(Refused(new Options { CaFile = "/nowhere/\u00FC.pem" }).Contains("/nowhere/\u00FC.pem"), "the CA file");
        True(Refused(new Options { BaseUrl = "http://example.com" }).Contains("plain http"), "the base URL");
        True(Refused(new Options { Proxy = "no proxy:at all" }).Contains("proxy option"), "the proxy");
    }

    static void BadToken(int status, Options options)
    {
        Sent sent = status == Constants.TE_E_UNAUTHORIZED ? Sent.Yes : Sent.No;
        using (Client client = new Client("not-accepted", options))
        {
            Fails<TokenException>(status, sent, () => client.Get("/tests"));
        }
    }

    /// <summary>The message of a client that these options do not allow.</summary>
    static string Refused(Options options)
    {
        return Fails<ThousandEyesException>(() => With(options)).Message;
    }

    /// <summary>A server that takes connections and says nothing: TLS never begins.</summary>
    static void ConnectTimeout()
    {
        TcpListener silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var options = new Options { BaseUrl = "https://" + silent.LocalEndpoint, ConnectTimeout = Short };
        using (Client client = With(options))
        {
            Soon(() => Same(Sent.No, DisposedOf(Fails<RetryException>(() => client.Get("/tests"))).Sent, "sent"));
        }
        silent.Stop();
    }

    static ThousandEyesException DisposedOf(ThousandEyesException failure)
    {
        failure.Response.Dispose();
        return failure;
    }

    static void Calls()
    {
        using (Client client = new Client())
        using (Call call = new Call("put", "tests/http-server/1"))
        {
            call.SetQuery("expand", "a b");
            call.SetHeader("X-Check", "yes");
            call.SetBody(Encoding.UTF8.GetBytes("{\"a\":1}"), "application/merge-patch+json");
            call.SetAccountGroup("9");
            for (int i = 0; i < 2; i++)
            {
                using (Response response = client.Perform(call))
                {
                    Same(1, response.JsonInt64("/a"), "the body");
                }
            }
            Fails<RequestException>(Constants.TE_E_INVALID_ARGUMENT, Sent.No, () => call.SetHeader("Host", "x"));
            Fails<RequestException>(Constants.TE_E_INVALID_ARGUMENT, Sent.No, () => client.Perform(call));
            Fails<ArgumentNullException>(() => client.Perform(null));
        }
        Fails<RequestException>(Constants.TE_E_INVALID_ARGUMENT, Sent.No, () => new Call("BREW", "coffee"));
        using (Client client = new Client())
        using (Call slow = new Call("GET", "slow?ms=10000"))
        {
            slow.SetTimeout(Short);
            Soon(() => Fails<RetryException>(Constants.TE_E_TIMEOUT, Sent.Perhaps, () => client.Perform(slow)));
        }
    }

    static void Cancelling()
    {
        using (Client client = new Client())
        using (Call slow = new Call("GET", "slow?ms=10000"))
        {
            using (new Timer(state => slow.Cancel(), null, 300, Timeout.Infinite))
            {
                Soon(() => Fails<LocalException>(
                    Constants.TE_E_CANCELLED, Sent.Perhaps, () => client.Perform(slow)));
            }
            client.Get("/tests").Dispose();
            using (new Timer(state => client.Cancel(), null, 300, Timeout.Infinite))
            {
                Soon(() => Fails<LocalException>(
                    Constants.TE_E_CANCELLED, Sent.Perhaps, () => client.Get("slow?ms=10000")));
            }
        }
    }

    static void Interrupting()
    {
        int asked = 0;
        Stopwatch time = Stopwatch.StartNew();
        Func<bool> interrupt = () =>
        {
            // What the library calls must survive a collection.
            GC.Collect();
            asked++;
            return time.Elapsed > Short;
        };
        using (Client client = With(new Options { Interrupt = interrupt }))
        {
            Soon(() => Fails<LocalException>(
                Constants.TE_E_CANCELLED, Sent.Perhaps, () => client.Get("slow?ms=10000")));
            True(asked >= 3, "asked " + asked + " times");
            Fails<LocalException>(Constants.TE_E_CANCELLED, Sent.No, () => client.Get("/tests"));
        }
        Exception thrown = new InvalidOperationException("from the callback");
        bool armed = true;
        using (Client client = With(new Options { Interrupt = () => { if (armed) throw thrown; return false; } }))
        {
            var failure = Fails<LocalException>(Constants.TE_E_CANCELLED, Sent.No, () => client.Get("/tests"));
            Same(thrown, failure.InnerException, "the inner exception");
            armed = false;
            var next = Fails<RequestException>(Constants.TE_E_NOT_FOUND, Sent.Yes, () => client.Get("nothing"));
            Same(null, next.InnerException, "the inner exception of the next failure");
        }
    }

    static void Logging()
    {
        var lines = new List<string>();
        int here = Thread.CurrentThread.ManagedThreadId;
        Action<int, string> log = (level, text) =>
        {
            Same(here, Thread.CurrentThread.ManagedThreadId, "the thread");
            lines.Add(level + " " + text);
            throw new InvalidOperationException("must not reach the library");
        };
        using (Client client = With(new Options { Log = log }))
        {
            GC.Collect();
            client.Get("/tests").Dispose();
        }
        Same(1, lines.Count, string.Join("; ", lines));
        True(lines[0].StartsWith(Constants.TE_LOG_DEBUG + " GET /v7/tests: 200 in "), lines[0]);
        using (Client client = new Client("not-accepted", new Options { Log = log }))
        {
            Fails<TokenException>(Constants.TE_E_UNAUTHORIZED, Sent.Yes, () => client.Get("/tests"));
        }
        True(lines[1].StartsWith(Constants.TE_LOG_ERROR + " GET /v7/tests: the API rejected"), lines[1]);
    }
}
