// Checks of who frees what and when, on which thread, and of what is left in memory.
using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Threading;
using ThousandEyes;

static partial class Checks
{
    static void Disposing()
    {
        Client client = new Client();
        Call call = new Call("GET", "/tests");
        Response response = client.Perform(call);
        Same(3L, Library.LiveHandles, "handles alive");
        foreach (Resource resource in new Resource[] { client, call, response })
        {
            resource.Dispose();
            resource.Dispose();
        }
        Same(0L, Library.LiveHandles, "handles alive");
        Named("ThousandEyes.Client", () => client.Get("/tests"));
        // What cancels may come late, as CancellationToken.Register does.
        client.Cancel();
        call.Cancel();
        Named("ThousandEyes.Call", () => call.SetQuery("a", "b"));
        Named("ThousandEyes.Response", () => response.JsonCount("/tests"));
        Named("ThousandEyes.Response", () => response.Text.Trim());
    }

    static void Named(string name, Action act)
    {
        Same(name, Fails<ObjectDisposedException>(act).ObjectName, "what was disposed of");
    }

    /// <summary>A call goes on to its end when another thread disposes of its client.</summary>
    static void DisposingElsewhere()
    {
        Client client = new Client();
        using (new Timer(state => client.Dispose(), null, 200, Timeout.Infinite))
        using (Response response = client.Get("slow?ms=600"))
        {
            Same(600, response.JsonInt64("/slow"), "the answer");
            Named("ThousandEyes.Client", () => client.Get("/tests"));
            Same(1L, Library.LiveHandles, "handles alive");
        }
    }

    /// <summary>A body is whole or refused when another thread disposes of the response while it is read.</summary>
    static void Racing()
    {
        using (Client client = new Client())
        {
            for (int i = 0; i < 30; i++)
            {
                Response response = client.Get("big?bytes=4000000");
                Thread reader = new Thread(() => Read(response));
                reader.Start();
                Thread.Sleep(i % 6);
                response.Dispose();
                reader.Join();
            }
        }
    }

    static void Read(Response response)
    {
        try
        {
            for (;;)
            {
                byte[] body = response.Body;
                if (body.Length != 4000011 || body[body.Length - 2] != '"' || body[2000000] != 'x')
                {
                    Environment.FailFast("a body of freed memory");
                }
            }
        }
        catch (ObjectDisposedException)
        {
        }
    }

    /// <summary>What nobody disposes of is freed all the same, on the finalizer's thread.</summary>
    static void Forgetting()
    {
        // On a thread of its own: the collector takes what is on a stack for alive.
        Thread careless = new Thread(() =>
        {
            for (int i = 0; i < 50; i++)
            {
                new Client().Guard();
            }
        });
        careless.Start();
        careless.Join();
        for (int i = 0; i < 100 && Library.LiveHandles > 0; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }

    static void ManyThreads()
    {
        var statuses = new List<string>();
        var threads = new List<Thread>();
        for (int i = 0; i < 32; i++)
        {
            Thread thread = new Thread(() =>
            {
                using (Client client = new Client())
                {
                    ThousandEyesException failure = Fails<TokenException>(() => client.Get("/tests"));
                    lock (statuses)
                    {
                        statuses.Add(failure.StatusName);
                    }
                    failure.Response.Dispose();
                }
            });
            threads.Add(thread);
            thread.Start();
        }
        threads.ForEach(thread => thread.Join());
        Same(32, statuses.Count, "threads that were told");
        Same(1, statuses.FindAll(name => name == "TE_E_UNAUTHORIZED").Count, string.Join(" ", statuses));
        Same(31, statuses.FindAll(name => name == "TE_E_TOKEN_REFUSED").Count, string.Join(" ", statuses));
    }

    /// <summary>Of a token passed as a string no UTF-8 copy is left in this process.</summary>
    static void Wiped()
    {
        // The white space has it refused at once, so that what HTTP and TLS do with tokens is not part of this.
        string token = Guid.NewGuid() + " " + Guid.NewGuid();
        for (int i = 0; i < 20; i++)
        {
            Fails<TokenException>(Constants.TE_E_BAD_TOKEN, Sent.No, () => new Client(token));
        }
        True(!InMemory(token), "the token is gone");
        byte[] control = System.Text.Encoding.UTF8.GetBytes(token);
        True(InMemory(token), "what is there is found");
        GC.KeepAlive(control);
    }

    /// <summary>Whether ASCII text stands in this process's memory as UTF-8; the search makes no copy.</summary>
    static bool InMemory(string text)
    {
        bool found = false;
        byte[] block = new byte[1 << 20];
        using (FileStream memory = new FileStream("/proc/self/mem", FileMode.Open, FileAccess.Read))
        {
            foreach (string map in File.ReadAllLines("/proc/self/maps"))
            {
                string[] parts = map.Split(' ', '-');
                if (!parts[2].StartsWith("rw") || map.EndsWith("]") && !map.EndsWith("[heap]"))
                {
                    continue;
                }
                long end = long.Parse(parts[1], NumberStyles.HexNumber);
                for (long at = long.Parse(parts[0], NumberStyles.HexNumber); at < end; at += block.Length - 128)
                {
                    memory.Position = at;
                    int size = memory.Read(block, 0, (int)Math.Min(block.Length, end - at));
                    for (int i = 0; i <= size - text.Length && !found; i++)
                    {
                        int same = 0;
                        while (same < text.Length && block[i + same] == text[same])
                        {
                            same++;
                        }
                        found = same == text.Length;
                    }
                }
            }
        }
        Array.Clear(block, 0, block.Length);
        return found;
    }
}
