// What all cmdlets that use a session share: the session, waiting, stopping, and failures.
using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Management.Automation;
using System.Runtime.ExceptionServices;

namespace ThousandEyes.PowerShell
{
    /// <summary>A cmdlet that may call the library on its pipeline's thread.</summary>
    public abstract class LibraryCommand : PSCmdlet
    {
        // Sessions are used by many runspaces at once; each has its cmdlet on a thread of its own.
        [ThreadStatic]
        private static LibraryCommand active;

        private Stopwatch clock;
        private string waitsFor;
        private long shown;
        private Exception thrown;
        private readonly List<string> warnings = new List<string>();

        /// <summary>The last line that the library called a warning or an error.</summary>
        internal string LastWarning { get; private set; }

        /// <summary>The library asks while it blocks: Ctrl-C ends the call, and a long wait is shown.</summary>
        internal static bool Interrupted()
        {
            LibraryCommand command = active;
            return command != null && command.Waiting();
        }

        /// <summary>The library's log, in the streams of the cmdlet that calls.</summary>
        internal static void Log(int level, string line)
        {
            LibraryCommand command = active;
            if (command != null)
            {
                command.Tell(level, line);
            }
        }

        /// <summary>Runs a part that calls the library. What it throws becomes a terminating error.</summary>
        internal T Guarded<T>(string target, Func<T> part)
        {
            LibraryCommand before = active;
            active = this;
            clock = Stopwatch.StartNew();
            waitsFor = target;
            shown = 0;
            warnings.Clear();
            try
            {
                T made = part();
                Rethrow();
                Warn("");
                return made;
            }
            catch (Exception failure)
            {
                ErrorRecord record = Failures.Record(failure, target);
                if (record == null)
                {
                    throw;
                }
                if (Stopping)
                {
                    throw new PipelineStoppedException();
                }
                Rethrow();
                Warn(failure.Message);
                ThrowTerminatingError(record);
            }
            finally
            {
                active = before;
                Hide();
            }
            throw new InvalidOperationException();
        }

        private bool Waiting()
        {
            if (Stopping || thrown != null)
            {
                return true;
            }
            if (clock.ElapsedMilliseconds >= shown + 1000)
            {
                shown = clock.ElapsedMilliseconds;
                string text = "Waiting for " + (shown / 1000) + " s; Ctrl-C ends it.";
                Write(() => WriteProgress(new ProgressRecord(Activity, "ThousandEyes " + waitsFor, text)));
            }
            return thrown != null;
        }

        private const int Activity = 1000117;

        private void Hide()
        {
            if (shown > 0 && !Stopping && thrown == null)
            {
                ProgressRecord done = new ProgressRecord(Activity, "ThousandEyes " + waitsFor, "Done");
                done.RecordType = ProgressRecordType.Completed;
                WriteProgress(done);
            }
        }

        private void Tell(int level, string line)
        {
            if (level <= Constants.TE_LOG_WARN)
            {
                LastWarning = line;
            }
            if (level == Constants.TE_LOG_WARN)
            {
                // Until it is known whether an error says the same.
                warnings.Add(line);
            }
            else if (level == Constants.TE_LOG_DEBUG)
            {
                Write(() => WriteDebug(line));
            }
            else
            {
                // Errors too: the error record says the same.
                Write(() => WriteVerbose(line));
            }
        }

        /// <summary>
        /// -Debug with Stop and the like throw, and nothing may be thrown through the library: it comes after.
        /// </summary>
        private void Write(Action write)
        {
            try
            {
                write();
            }
            catch (Exception failure)
            {
                thrown = failure;
            }
        }

        /// <summary>Writes the warnings that an error, if there is one, does not contain.</summary>
        private void Warn(string error)
        {
            foreach (string line in warnings)
            {
                if (error.IndexOf(line, StringComparison.Ordinal) < 0)
                {
                    WriteWarning(line);
                }
            }
        }

        private void Rethrow()
        {
            if (thrown != null)
            {
                ExceptionDispatchInfo.Capture(thrown).Throw();
            }
        }
    }

    /// <summary>A cmdlet on the runspace's session, or on the one it is given.</summary>
    public abstract class SessionCommand : LibraryCommand
    {
        /// <summary>A session of Connect-ThousandEyes -PassThru instead of the runspace's own.</summary>
        [Parameter]
        [ValidateNotNull]
        public Session Session { get; set; }

        internal Client Connected()
        {
            Session session = Session ?? Sessions.Current;
            if (session != null && session.Connected)
            {
                return session.Client;
            }
            ThrowTerminatingError(session == null ? Failures.NotConnected() : Failures.Ended(null));
            return null;
        }
    }
}
