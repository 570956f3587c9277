// Checks of lists: pages, items, and what is left when a page fails.
using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using ThousandEyes;

static partial class Checks
{
    static void Paging()
    {
        Apart(ReadLists);
    }

    static void ReadLists()
    {
        using (Client client = new Client())
        {
            var names = new List<string>();
            foreach (Item test in client.Items("/tests?max=10"))
            {
                Same(names.Count + 1L, test.JsonInt64("/testId"), "the order");
                names.Add(test.JsonString("/testName"));
                True(test.Raw.StartsWith("{") && test.Raw.EndsWith("}"), test.Raw);
            }
            Same(25, names.Count, "items");
            Same("Example 25", names[24], "the last one");
            // Items of earlier pages are read after the last page came.
            List<Item> kept = client.Items("/tests?max=10", "tests").ToList();
            Same("Example 1", kept[0].JsonString("/testName"), "an item of the first page");
            Same(true, kept[0].JsonBool("/enabled"), "a boolean of an item");
            Same("enabled", kept[0].JsonName("", 0), "the first name of an item");
            Same(Constants.TE_JSON_STRING, kept[24].JsonType("/type"), "a type");
            var failure = Fails<RequestException>(() => client.Items("/tests", "none").ToList());
            True(failure.Message.Contains("arrays: tests"), failure.Message);
            Fails<RequestException>(() => client.Pages((string)null));
            Fails<ArgumentNullException>(() => client.Pages((Call)null));
        }
    }

    static void Filtering()
    {
        using (Client client = new Client())
        using (Call call = new Call("POST", "endpoint/agents/filter"))
        {
            call.SetBody("{\"platform\":\"linux\"}");
            call.SetQuery("max", "10");
            int count = 0;
            using (Pages pages = client.Pages(call))
            {
                call.Dispose();
                client.Dispose();
                for (Response page = pages.Next(); page != null; page = pages.Next())
                {
                    using (page)
                    {
                        count += (int)page.JsonCount(page.JsonItems("agents"));
                    }
                }
                Same(null, pages.Next(), "a page after the last");
            }
            Same(25, count, "items");
        }
    }

    /// <summary>What came before is kept, the failure names the page, and asking again goes on.</summary>
    static void FailingPage()
    {
        Apart(ReadFailingPages);
    }

    static void ReadFailingPages()
    {
        using (Client client = new Client())
        {
            var names = new List<string>();
            RetryException failure = Fails<RetryException>(() =>
            {
                foreach (Item item in client.Items("/tests?max=10"))
                {
                    names.Add(item.JsonString("/testName"));
                }
            });
            True(failure.Message.StartsWith("Page 2 (GET /v7/tests?cursor="), failure.Message);
            Same(Constants.TE_E_SERVER, failure.Status, failure.Message);
            failure.Response.Dispose();
            Same(10, names.Count, "items before the failure");
            using (Pages pages = client.Pages("/tests?max=10"))
            {
                pages.Next().Dispose();
                failure = Fails<RetryException>(Constants.TE_E_SERVER, Sent.Yes, () => pages.Next());
                var again = System.Diagnostics.Stopwatch.StartNew();
                using (Response page = pages.Next())
                {
                    Same("11", page.JsonString("/tests/0/testId"), "the page that failed");
                }
                True(again.ElapsedMilliseconds >= 950, "asked again after " + again.ElapsedMilliseconds + " ms");
                pages.Next().Dispose();
                Same(null, pages.Next(), "a page after the last");
            }
        }
    }

    /// <summary>A list in every way: foreach over pages, and items of a call with what a call can have.</summary>
    static void Enumerating()
    {
        using (Client client = new Client())
        {
            var names = new List<string>();
            using (Pages pages = client.Pages("/tests?max=10"))
            {
                foreach (Response page in pages)
                {
                    using (page)
                    {
                        names.Add(page.JsonString("/tests/0/testName"));
                    }
                }
                Same("Example 1, Example 11, Example 21", string.Join(", ", names), "the first of each page");
                Same(null, pages.Next(), "a page after the last");
            }
            using (Call filter = new Call("POST", "endpoint/agents/filter"))
            {
                filter.SetBody("{\"platform\":\"linux\"}");
                filter.SetQuery("max", "10");
                filter.SetAccountGroup("9");
                Same(25, client.Items(filter).Count(), "items");
                Same(25, client.Items(filter, "agents").Count(), "items, once more");
            }
            Fails<ArgumentNullException>(() => client.Items((Call)null));
        }
        Apart(DisposeWhileReading);
    }

    /// <summary>A client that is disposed of asks for no further page.</summary>
    static void DisposeWhileReading()
    {
        Client client = new Client();
        int count = 0;
        Named("ThousandEyes.Client", () =>
        {
            foreach (Item item in client.Items("/tests?max=10"))
            {
                count++;
                client.Dispose();
            }
        });
        Same(10, count, "items of the page that was there");
    }

    /// <summary>A name that is no pointer would give the fallback as if nothing were there.</summary>
    static void Pointers()
    {
        Apart(ReadByWrongPointers);
    }

    static void ReadByWrongPointers()
    {
        using (Client client = new Client())
        using (Response page = client.Get("/tests"))
        {
            Item item = client.Items("/tests").First();
            foreach (string pointer in new[] { "testName", " /testName", "0" })
            {
                string at = pointer;
                var acts = new Action[]
                {
                    () => item.JsonString(at, "?"), () => item.JsonInt64(at), () => item.JsonDouble(at),
                    () => item.JsonBool(at), () => item.JsonCount(at), () => item.JsonName(at, 0),
                    () => item.JsonType(at), () => page.JsonString(at, "?"), () => page.JsonInt64(at),
                    () => page.JsonDouble(at), () => page.JsonBool(at), () => page.JsonCount(at),
                    () => page.JsonName(at, 0), () => page.JsonType(at), () => page.JsonRaw(at),
                };
                foreach (Action act in acts)
                {
                    string says = Fails<ArgumentException>(act).Message;
                    Same("A JSON pointer begins with /, and \"" + at + "\" does not.", says, "why");
                }
            }
            Same("Example 1", item.JsonString("/testName", "?"), "a pointer");
        }
    }

    /// <summary>The callbacks of a client that is gone are called for its pages.</summary>
    static void PagesKeepCallbacks()
    {
        int asked = 0;
        Pages pages = Orphaned(() => { asked++; return false; });
        GC.Collect();
        GC.WaitForPendingFinalizers();
        pages.Next().Dispose();
        True(asked > 0, "asked " + asked + " times");
        pages.Dispose();
    }

    static Pages Orphaned(Func<bool> interrupt)
    {
        using (Client client = With(new Options { Interrupt = interrupt }))
        {
            return client.Pages("/tests");
        }
    }

    /// <summary>On a thread of its own: the collector takes what is on a stack for alive.</summary>
    static void Apart(Action act)
    {
        Exception thrown = null;
        Thread thread = new Thread(() =>
        {
            try
            {
                act();
            }
            catch (Exception failure)
            {
                thrown = failure;
            }
        });
        thread.Start();
        thread.Join();
        if (thrown != null)
        {
            throw new Exception("apart", thrown);
        }
        for (int i = 0; i < 100 && Library.LiveHandles > 0; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }
}
