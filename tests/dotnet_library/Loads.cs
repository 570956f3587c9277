// Says which library was loaded, or why none was. Then, with arguments, again with TE_LIBRARY naming the first one.
using System;
using ThousandEyes;

static class Loads
{
    static void Main(string[] args)
    {
        Say();
        foreach (string file in args)
        {
            Environment.SetEnvironmentVariable("TE_LIBRARY", file);
            Say();
        }
    }

    static void Say()
    {
        try
        {
            new Call("GET", "/tests").Dispose();
            Console.WriteLine("{0} from {1}", Library.Version, LibraryFile.Path ?? "the system");
        }
        catch (DllNotFoundException failure)
        {
            Console.WriteLine(failure.Message);
        }
    }
}
