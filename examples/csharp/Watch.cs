// Prints each item of a list when it first appears: Watch [SECONDS [PATH [ID]]]; by default 60, /alerts and their "id".
// Ctrl-C ends it at once, also while a call waits: with 130, as a shell calls it.
using System;
using System.Collections.Generic;
using System.Threading;
using ThousandEyes;

static class Watch
{
    static readonly ManualResetEvent Stopped = new ManualResetEvent(false);

    const int EndedByCtrlC = 130;

    static int Main(string[] arguments)
    {
        double seconds = arguments.Length > 0 ? double.Parse(arguments[0]) : 60;
        string path = arguments.Length > 1 ? arguments[1] : "/alerts";
        string id = arguments.Length > 2 ? arguments[2] : "id";
        try
        {
            using (Client client = new Client())
            {
                Console.CancelKeyPress += (sender, pressed) =>
                {
                    pressed.Cancel = true;
                    Stopped.Set();
                    client.Cancel();
                };
                Run(client, TimeSpan.FromSeconds(Math.Max(1, seconds)), path, "/" + id);
            }
            return EndedByCtrlC;
        }
        catch (ThousandEyesException failure)
        {
            if (failure.Status == Constants.TE_E_CANCELLED)
            {
                return EndedByCtrlC;
            }
            return Say(failure);
        }
    }

    static void Run(Client client, TimeSpan interval, string path, string id)
    {
        HashSet<string> known = new HashSet<string>();
        TimeSpan pause;
        do
        {
            pause = interval;
            try
            {
                foreach (Item item in client.Items(path))
                {
                    // What has no such member is new each time.
                    string name = item.JsonString(id);
                    if (name == null || known.Add(name))
                    {
                        Console.WriteLine(item.Raw);
                    }
                }
            }
            catch (RetryException failure)
            {
                Say(failure);
            }
            catch (WaitException failure)
            {
                Say(failure);
                pause = failure.RetryAfter > interval ? failure.RetryAfter.Value : interval;
            }
        }
        while (!Stopped.WaitOne(pause));
    }

    static int Say(ThousandEyesException failure)
    {
        Console.Error.WriteLine("{0}: {1}", failure.StatusName, failure.Message);
        return 1;
    }
}
