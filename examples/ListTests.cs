// Lists the tests of the account: token from $TE_TOKEN or the file $TE_TOKEN_FILE.
using System;
using ThousandEyes;

static class ListTests
{
    static int Main()
    {
        try
        {
            using (Client client = new Client())
            using (Response tests = client.Get("/tests"))
            {
                for (long i = 0; i < tests.JsonCount("/tests"); i++)
                {
                    Console.WriteLine(tests.JsonString("/tests/" + i + "/testName", "(no name)"));
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
