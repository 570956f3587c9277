// Get-ThousandEyesGuard and Unblock-ThousandEyesToken.
using System.Management.Automation;

namespace ThousandEyes.PowerShell
{
    /// <summary>What the guard knows of the token and of the source IP. Sends nothing.</summary>
    [Cmdlet(VerbsCommon.Get, "ThousandEyesGuard")]
    [OutputType(typeof(PSObject))]
    public sealed class GuardCommand : SessionCommand
    {
        protected override void ProcessRecord()
        {
            Client client = Connected();
            object known = Guarded("Get-ThousandEyesGuard", () =>
            {
                using (Response response = client.Guard())
                {
                    return JsonReader.Read(response.Text);
                }
            });
            ((PSObject)known).TypeNames.Insert(0, "ThousandEyes.Guard");
            WriteObject(known);
        }
    }

    /// <summary>A person says: try the token once more now. Sends nothing by itself.</summary>
    [Cmdlet(VerbsSecurity.Unblock, "ThousandEyesToken", SupportsShouldProcess = true)]
    public sealed class UnblockCommand : SessionCommand
    {
        protected override void ProcessRecord()
        {
            Client client = Connected();
            if (!ShouldProcess("the session's token", "Try once more although it was rejected"))
            {
                return;
            }
            Guarded("Unblock-ThousandEyesToken", () =>
            {
                try
                {
                    client.UnblockToken();
                    return true;
                }
                catch (ThousandEyesException failure)
                {
                    // Why not is told to the log only.
                    if (LastWarning == null)
                    {
                        throw;
                    }
                    throw Failure.Of(failure.Status, LastWarning);
                }
            });
        }
    }
}
