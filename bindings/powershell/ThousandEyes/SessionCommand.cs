// What all cmdlets that use a session share: the session, waiting, stopping, and failures.
using System;
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
            try
            {
                T made = part();
                Rethrow();
                return made;
            }
            catch (ThousandEyesException failure)
            {
                if (Stopping)
                {
                    Failures.Record(failure, target);
                    throw new PipelineStoppedException();
                }
                Rethrow();
                ThrowTerminatingError(Failures.Record(failure, target));
            }
            catch (ObjectDisposedException failure)
            {
                ThrowTerminatingError(Failures.Record(failure, "Disconnected", ErrorCategory.InvalidOperation, target));
            }
            catch (ArgumentException failure)
            {
                ThrowTerminatingError(Failures.Record(failure, "BadArgument", ErrorCategory.InvalidArgument, target));
            }
            catch (FormatException failure)
            {
                ThrowTerminatingError(Failures.Record(failure, "BadJson", ErrorCategory.InvalidData, target));
            }
            catch (DllNotFoundException failure)
            {
                ThrowTerminatingError(Failures.Record(failure, "LibraryNotFound", ErrorCategory.NotInstalled, target));
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
                WriteProgress(new ProgressRecord(Activity, "ThousandEyes " + waitsFor, text));
            }
            return false;
        }

        private const int Activity = 1000117;

        private void Hide()
        {
            if (shown > 0 && !Stopping)
            {
                ProgressRecord done = new ProgressRecord(Activity, "ThousandEyes " + waitsFor, "Done");
                done.RecordType = ProgressRecordType.Completed;
                WriteProgress(done);
            }
        }

        private void Tell(int level, string line)
        {
            try
            {
                if (level <= Constants.TE_LOG_WARN)
                {
                    LastWarning = line;
                }
                if (level == Constants.TE_LOG_WARN)
                {
                    WriteWarning(line);
                }
                else if (level == Constants.TE_LOG_DEBUG)
                {
                    WriteDebug(line);
                }
                else
                {
                    // Errors too: the error record says the same.
                    WriteVerbose(line);
                }
            }
            catch (Exception failure)
            {
                // -WarningAction Stop and the like: nothing may be thrown through the library.
                thrown = failure;
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
            string text = session == null
                ? "This runspace has no session. Run Connect-ThousandEyes first, or pass one with -Session."
                : "This session was ended by Disconnect-ThousandEyes. Run Connect-ThousandEyes again.";
            string id = session == null ? "NotConnected" : "Disconnected";
            Exception failure = new InvalidOperationException(text);
            ThrowTerminatingError(Failures.Record(failure, id, ErrorCategory.InvalidOperation, null));
            return null;
        }
    }
}
