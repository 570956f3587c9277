// Disconnect-ThousandEyes.
using System.Management.Automation;

namespace ThousandEyes.PowerShell
{
    /// <summary>Ends the runspace's session, or the one given.</summary>
    [Cmdlet(VerbsCommunications.Disconnect, "ThousandEyes")]
    public sealed class DisconnectCommand : PSCmdlet
    {
        [Parameter(Position = 0, ValueFromPipeline = true)]
        [ValidateNotNull]
        public Session Session { get; set; }

        protected override void ProcessRecord()
        {
            Session session = Session ?? Sessions.Current;
            if (session == Sessions.Current)
            {
                Sessions.Take();
            }
            if (session != null)
            {
                session.Dispose();
            }
        }
    }
}
