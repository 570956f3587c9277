// Makes one call and prints its answer: FirstCall [PATH]. Token: $TE_TOKEN or the file $TE_TOKEN_FILE.
using System;
using ThousandEyes;

static class FirstCall
{
    static int Main(string[] arguments)
    {
        try
        {
            using (Client client = new Client())
            using (Response response = client.Get(arguments.Length > 0 ? arguments[0] : "/account-groups"))
            {
                Console.WriteLine(response.Text);
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
