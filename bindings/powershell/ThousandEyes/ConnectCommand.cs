// Connect-ThousandEyes and Disconnect-ThousandEyes.
using System;
using System.IO;
using System.Management.Automation;
using System.Runtime.InteropServices;
using System.Security;

namespace ThousandEyes.PowerShell
{
    /// <summary>Makes the runspace's session. Touches no network.</summary>
    [Cmdlet(VerbsCommunications.Connect, "ThousandEyes", DefaultParameterSetName = "Environment")]
    [OutputType(typeof(Session))]
    public sealed class ConnectCommand : LibraryCommand
    {
        /// <summary>A plain string is refused by the parameter's type: it would stay in the history.</summary>
        [Parameter(Mandatory = true, Position = 0, ParameterSetName = "Token", ValueFromPipeline = true)]
        public SecureString Token { get; set; }

        /// <summary>The password is the token; the user's name is not used.</summary>
        [Parameter(Mandatory = true, ParameterSetName = "Credential")]
        [Credential]
        public PSCredential Credential { get; set; }

        // PowerShell makes "" of $null. Where the library takes "" for a choice of its own, as in memory only, a
        // variable without a value must not make it.
        [Parameter]
        [ValidateNotNullOrEmpty]
        public string BaseUrl { get; set; }

        [Parameter]
        [ValidateNotNullOrEmpty]
        [ValidatePattern("^[0-9]+$")]
        public string AccountGroup { get; set; }

        [Parameter]
        [ValidateNotNullOrEmpty]
        public string StateDirectory { get; set; }

        [Parameter]
        [ValidateNotNullOrEmpty]
        public string CaFile { get; set; }

        [Parameter]
        [ValidateNotNullOrEmpty]
        public string ClientCertificate { get; set; }

        [Parameter]
        [ValidateNotNullOrEmpty]
        public string ClientCertificateKey { get; set; }

        [Parameter]
        [ValidateNotNullOrEmpty]
        public string Proxy { get; set; }

        [Parameter]
        [Alias("TimeoutSeconds")]
        [ValidateRange(1, 86400)]
        public int TimeoutSec { get; set; }

        [Parameter]
        public SwitchParameter PassThru { get; set; }

        protected override void ProcessRecord()
        {
            Options options = Guarded("Connect-ThousandEyes", Given);
            Client client = Guarded("Connect-ThousandEyes", () => Make(options));
            Session session = new Session(client, options.BaseUrl, options.AccountGroup);
            session.Shared = PassThru;
            Sessions.Set(session);
            if (PassThru)
            {
                WriteObject(session);
            }
        }

        private Options Given()
        {
            return new Options
            {
                BaseUrl = BaseUrl ?? Variable("TE_BASE_URL") ?? Variable("TE_API_ENDPOINT"),
                AccountGroup = AccountGroup ?? Variable("TE_AID"),
                StateDir = Whole(StateDirectory) ?? Environment.GetEnvironmentVariable("TE_STATE_DIR"),
                CaFile = Whole(CaFile),
                ClientCertificate = Whole(ClientCertificate),
                ClientCertificateKey = Whole(ClientCertificateKey),
                Proxy = Proxy,
                UserAgent = "PowerShell/" + typeof(PSObject).Assembly.GetName().Version,
                Timeout = TimeoutSec > 0 ? TimeSpan.FromSeconds(TimeoutSec) : (TimeSpan?)null,
                Interrupt = Interrupted,
                Log = Log,
            };
        }

        private Client Make(Options options)
        {
            SecureString token = Credential != null ? Credential.Password : Token;
            return token != null ? Client.Secured(token, options) : new Client(OfEnvironment(), options);
        }

        /// <summary>
        /// On Windows the library reads the environment itself. Elsewhere $env: is .NET's own copy, which the library
        /// cannot see.
        /// </summary>
        private static string OfEnvironment()
        {
            string file = Variable("TE_TOKEN_FILE");
            if (RuntimeInformation.IsOSPlatform(OSPlatform.Windows))
            {
                return null;
            }
            if (Variable("TE_TOKEN") != null || file == null)
            {
                return Variable("TE_TOKEN");
            }
            try
            {
                return File.ReadAllText(file);
            }
            catch (Exception failure)
            {
                string text = "The token file " + file + " (TE_TOKEN_FILE) cannot be read: " + failure.Message;
                throw Failure.Of(Constants.TE_E_NO_TOKEN, text + " Nothing was sent. Check the path and its rights.");
            }
        }

        private static string Variable(string name)
        {
            string value = Environment.GetEnvironmentVariable(name);
            return string.IsNullOrEmpty(value) ? null : value;
        }

        /// <summary>From the location of PowerShell, which is not the current directory of its process.</summary>
        private string Whole(string path)
        {
            if (path == null)
            {
                return null;
            }
            ProviderInfo provider;
            PSDriveInfo drive;
            string whole = SessionState.Path.GetUnresolvedProviderPathFromPSPath(path, out provider, out drive);
            if (provider.Name != "FileSystem")
            {
                throw new ArgumentException(path + " is a path of the provider " + provider.Name + ", and no file's.");
            }
            return whole;
        }
    }

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
