// Connect-ThousandEyes.
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
        [Parameter(Mandatory = true, Position = 0, ParameterSetName = "Token", ValueFromPipeline = true)]
        [NeverText]
        public SecureString Token { get; set; }

        /// <summary>The password is the token; the user's name is not used.</summary>
        [Parameter(Mandatory = true, ParameterSetName = "Credential")]
        [Credential]
        public PSCredential Credential { get; set; }

        // PowerShell makes "" of $null. Where the library takes "" for a choice of its own, such as no proxy, a
        // variable without a value must not make it.
        [Parameter]
        [ValidateNotNullOrEmpty]
        public string BaseUrl { get; set; }

        [Parameter]
        [ValidateNotNullOrEmpty]
        [ValidatePattern("^[0-9]+$")]
        public string AccountGroup { get; set; }

        /// <summary>"": in memory only.</summary>
        [Parameter]
        [NeverNull]
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
            Client client = Guarded("Connect-ThousandEyes", () =>
            {
                // Before the library is asked what kind of failure a token that is not there is.
                Library.Check();
                return Make(options);
            });
            Session session = new Session(client, options.BaseUrl, options.AccountGroup);
            session.Shared = PassThru;
            Sessions.Set(session);
            if (PassThru)
            {
                WriteObject(session);
            }
        }

        /// <summary>
        /// On Windows the library reads the environment itself. Elsewhere $env: is .NET's own copy, which the library
        /// cannot see: it is told everything, so that a variable that was taken away does not count.
        /// </summary>
        private Options Given()
        {
            return new Options
            {
                BaseUrl = BaseUrl ?? Variable("TE_BASE_URL") ?? Variable("TE_API_ENDPOINT") ?? PublicApi,
                AccountGroup = AccountGroup ?? Variable("TE_AID") ?? "",
                StateDir = Whole(StateDirectory) ?? StateOfEnvironment(),
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

        private const string PublicApi = "https://api.thousandeyes.com";

        private static readonly bool OnWindows = RuntimeInformation.IsOSPlatform(OSPlatform.Windows);

        /// <summary>Null: the library's own choice, for which it looks into the process's environment.</summary>
        private static string StateOfEnvironment()
        {
            const string name = "TE_STATE_DIR";
            string value = Environment.GetEnvironmentVariable(name);
            if (value == null && !OnWindows && getenv(name) != IntPtr.Zero)
            {
                throw new ArgumentException(name + " was set when PowerShell started and is not in $env: any more, but "
                    + "still in the environment of its process. Nothing was sent. Name the directory with "
                    + "-StateDirectory, or start PowerShell without the variable.");
            }
            return value;
        }

        [DllImport("libc", CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        private static extern IntPtr getenv(string name);

        private Client Make(Options options)
        {
            SecureString token = Credential != null ? Credential.Password : Token;
            return token != null ? Client.Secured(token, options) : new Client(OfEnvironment(), options);
        }

        /// <summary>Null on Windows, where the library sees $env:.</summary>
        private static string OfEnvironment()
        {
            string token = Variable("TE_TOKEN");
            string file = Variable("TE_TOKEN_FILE");
            if (OnWindows || token != null)
            {
                return OnWindows ? null : token;
            }
            if (file == null)
            {
                string text = "No token: none was passed, and neither $env:TE_TOKEN nor $env:TE_TOKEN_FILE is set. "
                    + "Nothing was sent. Create one in ThousandEyes at Manage > Account Settings > Users and Roles > "
                    + "Profile > User API Tokens.";
                throw Failure.Of(Constants.TE_E_NO_TOKEN, text);
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
            if (string.IsNullOrEmpty(path))
            {
                return path;
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
}
