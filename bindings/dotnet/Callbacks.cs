// What the library calls back.
using System;

namespace ThousandEyes
{
    /// <summary>Stands between the library and the host's callbacks: no exception may cross native code.</summary>
    internal sealed class Callbacks
    {
        [ThreadStatic]
        private static Exception thrown;

        internal readonly te_interrupt Interrupt;
        internal readonly te_log Log;

        internal Callbacks(Func<bool> interrupt, Action<int, string> log)
        {
            if (interrupt != null)
            {
                Interrupt = user => Ask(interrupt);
            }
            if (log != null)
            {
                Log = (level, text, user) => Tell(log, level, text);
            }
        }

        /// <summary>What this thread's Interrupt threw. Taken away, so that no later call has it.</summary>
        internal static Exception Thrown()
        {
            Exception last = thrown;
            thrown = null;
            return last;
        }

        private static int Ask(Func<bool> interrupt)
        {
            try
            {
                return interrupt() ? 1 : 0;
            }
            catch (Exception failure)
            {
                thrown = failure;
                return 1;
            }
        }

        private static void Tell(Action<int, string> log, int level, IntPtr text)
        {
            try
            {
                log(level, Utf8.Read(text));
            }
            catch (Exception)
            {
                // The call is worth more than a line about it.
            }
        }
    }
}
