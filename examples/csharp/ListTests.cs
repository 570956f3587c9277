// Lists the tests of the account, all pages: token from $TE_TOKEN or the file $TE_TOKEN_FILE.
using System;
using ThousandEyes;

static class ListTests
{
    static int Main()
    {
        try
        {
            using (Client client = new Client())
            {
                foreach (Item test in client.Items("/tests"))
                {
                    Console.WriteLine(test.JsonString("/testName", "(no name)"));
                }
            }
            return 0;
        }
        catch (ThousandEyesException failure)
        {
            Console.Error.WriteLine("{0}: {1}", failure.StatusName, failure.Message);
            return 1;
        }
    }
}
