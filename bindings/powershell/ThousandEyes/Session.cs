// Sessions, and which one belongs to a runspace.
using System;
using System.Collections.Generic;
using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace ThousandEyes.PowerShell
{
    /// <summary>A token at an origin, as Connect-ThousandEyes made it. For many runspaces at once.</summary>
    public sealed class Session : IDisposable
    {
        internal Session(Client client, string baseUrl, string accountGroup)
        {
            Client = client;
            Connected = true;
            BaseUrl = baseUrl;
            AccountGroup = accountGroup;
        }

        internal Client Client { get; private set; }

        /// <summary>Given out by -PassThru: whoever has it ends it.</summary>
        internal bool Shared { get; set; }

        /// <summary>As it was given, or the default.</summary>
        public string BaseUrl { get; private set; }

        /// <summary>As it was given; empty: the login account group.</summary>
        public string AccountGroup { get; private set; }

        /// <summary>False after Disconnect-ThousandEyes.</summary>
        public bool Connected { get; private set; }

        /// <summary>Calls that other runspaces are making with it go on to their end.</summary>
        public void Dispose()
        {
            Connected = false;
            Client.Dispose();
        }
    }

    /// <summary>The session of each runspace.</summary>
    internal static class Sessions
    {
        private static readonly Dictionary<Guid, Session> Known = new Dictionary<Guid, Session>();

        /// <summary>That of the runspace that asks; null: none.</summary>
        internal static Session Current
        {
            get
            {
                lock (Known)
                {
                    Session session;
                    return Known.TryGetValue(Runspace.DefaultRunspace.InstanceId, out session) ? session : null;
                }
            }
        }

        /// <summary>Makes it the runspace's, in place of the one before.</summary>
        internal static void Set(Session session)
        {
            Runspace runspace = Runspace.DefaultRunspace;
            End(Remove(runspace));
            lock (Known)
            {
                Known[runspace.InstanceId] = session;
            }
            runspace.StateChanged += Ended;
        }

        /// <summary>Takes the runspace's session out; null: there was none.</summary>
        internal static Session Take()
        {
            return Remove(Runspace.DefaultRunspace);
        }

        private static Session Remove(Runspace runspace)
        {
            Session session;
            lock (Known)
            {
                if (!Known.TryGetValue(runspace.InstanceId, out session))
                {
                    return null;
                }
                Known.Remove(runspace.InstanceId);
            }
            runspace.StateChanged -= Ended;
            return session;
        }

        private static void Ended(object sender, RunspaceStateEventArgs change)
        {
            RunspaceState state = change.RunspaceStateInfo.State;
            if (state == RunspaceState.Closed || state == RunspaceState.Broken)
            {
                End(Remove((Runspace)sender));
            }
        }

        /// <summary>Unless others may have it too.</summary>
        internal static void End(Session session)
        {
            if (session != null && !session.Shared)
            {
                session.Dispose();
            }
        }
    }

    /// <summary>Remove-Module ends the runspace's session as the end of the runspace does.</summary>
    public sealed class Cleanup : IModuleAssemblyCleanup
    {
        public void OnRemove(PSModuleInfo module)
        {
            Sessions.End(Sessions.Take());
        }
    }
}
