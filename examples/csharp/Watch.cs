// Prints each alert when it first appears, until Ctrl-C: Watch [SECONDS], 60 by default from one look to the next.
using System;
using System.Collections.Generic;
using System.Threading;
using ThousandEyes;

static class Watch
{
    static readonly ManualResetEvent Stopped = new ManualResetEvent(false);

    static int Main(string[] arguments)
    {
        int seconds = 60;
        if (arguments.Length > 0 && (!int.TryParse(arguments[0], out seconds) || seconds < 1))
        {
            Console.Error.WriteLine("usage: Watch [SECONDS]");
            return 2;
        }
        try
        {
            using (Client client = new Client())
            {
                Console.CancelKeyPress += (sender, pressed) =>
                {
                    pressed.Cancel = true;
                    client.Cancel();
                    Stopped.Set();
                };
                Run(client, TimeSpan.FromSeconds(seconds));
            }
        }
        catch (ThousandEyesException failure)
        {
            if (failure.Status != Constants.TE_E_CANCELLED)
            {
                Say(failure);
                return 1;
            }
        }
        return 130;
    }

    static void Run(Client client, TimeSpan interval)
    {
        HashSet<string> known = new HashSet<string>();
        TimeSpan pause;
        do
        {
            pause = interval;
            try
            {
                foreach (Item alert in client.Items("/alerts"))
                {
                    if (known.Add(alert.JsonString("/id")))
                    {
                        Console.WriteLine(alert.Raw);
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

    static void Say(ThousandEyesException failure)
    {
        Console.Error.WriteLine("{0}: {1}", failure.StatusName, failure.Message);
    }
}
