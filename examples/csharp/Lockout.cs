// Is the token refused, the account locked, this address blocked? Asks the guard, which sends nothing. Once the account
// is unlocked or the token renewed: --unblock makes one call now. Ends with 0 when calls can be made.
using System;
using System.Linq;
using ThousandEyes;

static class Lockout
{
    static int Main(string[] arguments)
    {
        try
        {
            using (Client client = new Client())
            {
                bool held;
                using (Response known = client.Guard())
                {
                    held = Report(known);
                }
                if (arguments.Contains("--unblock"))
                {
                    client.UnblockToken(); // at most 3 times an hour
                    client.Get("/account-groups").Dispose();
                    Console.WriteLine("One try now: it worked.");
                    held = false;
                }
                return held ? 1 : 0;
            }
        }
        catch (ThousandEyesException failure)
        {
            Console.Error.WriteLine("{0}: {1}", failure.StatusName, failure.Message);
            return 1;
        }
    }

    static bool Report(Response known)
    {
        long refused = Minutes(known, "/rejected_ms_ago");
        long blocked = Minutes(known, "/source_ip_blocked_ms_ago");
        if (refused < 0)
        {
            Console.WriteLine("The token is not refused: {0}.", known.JsonString("/token"));
        }
        else
        {
            string why = Minutes(known, "/accepted_ms_ago") < 0
                ? " and never accepted: mistyped, expired or revoked?"
                : ", but accepted before: is the account locked?";
            Console.WriteLine("The token was refused {0} min ago{1}", refused, why);
            Console.WriteLine("No program here sends it for another {0} min.", Minutes(known, "/next_try_in_ms"));
        }
        if (blocked >= 0)
        {
            Console.WriteLine("The API has blocked this address, as was found {0} min ago.", blocked);
        }
        long used = known.JsonInt64("/unauthorized_last_hour");
        Console.WriteLine("401 answers within the hour: {0} of {1}.", used, known.JsonInt64("/budget"));
        Console.WriteLine("Kept: {0}, {1}.", known.JsonString("/store"), known.JsonString("/store_reason"));
        return refused >= 0 || blocked >= 0;
    }

    /// <summary>-1: it does not apply.</summary>
    static long Minutes(Response known, string pointer)
    {
        long milliseconds = known.JsonInt64(pointer, -1);
        return milliseconds < 0 ? -1 : (milliseconds + 30000) / 60000;
    }
}
