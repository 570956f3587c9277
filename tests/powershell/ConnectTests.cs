// What Connect-ThousandEyes is told reaches the library: credential, certificate authority, proxy.
using System;
using System.Collections.Generic;
using System.IO;
using System.Management.Automation;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Threading.Tasks;
using Xunit;

namespace ThousandEyes.PowerShell.Tests;

public sealed class ConnectTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("thousandeyes-connect-").FullName;

    public void Dispose() => Directory.Delete(folder, true);

    private string State => Path.Combine(folder, Path.GetRandomFileName());

    [Fact]
    public void ThePasswordOfACredentialIsTheToken()
    {
        using StandIn server = new();
        using Shell shell = new();
        PSCredential credential = new("nobody", Shell.Secure(StandIn.Good));
        shell.Run("Connect-ThousandEyes -Credential $args[0] -BaseUrl $args[1] -StateDirectory $args[2]", credential, server.BaseUrl, State);
        Assert.Equal(3, shell.Run("Get-ThousandEyesItem /tests").Count);
        Assert.Equal(1, server.Requests);
    }

    [Fact]
    public void TheCertificateAuthorityOfCaFileIsTrusted()
    {
        (X509Certificate2 authority, X509Certificate2 server) = Certificates();
        File.WriteAllText(Path.Combine(folder, "authority.pem"), authority.ExportCertificatePem());
        using Listener listener = new(async client =>
        {
            using SslStream secure = new(client, false);
            await secure.AuthenticateAsServerAsync(server);
            await Answer(secure, "HTTP/1.1 200 OK", "Content-Type: application/json", """{"tests": [{"testName": "Over TLS"}]}""");
        });
        using Shell shell = new();
        // As a person has it: from where PowerShell is, which is not where its process is.
        shell.Run("$ExecutionContext.SessionState.Path.SetLocation($args[0])", folder);
        string line = "Connect-ThousandEyes $args[0] -BaseUrl $args[1] -StateDirectory $args[2]";
        object[] arguments = { Shell.Secure(StandIn.Good), $"https://127.0.0.1:{listener.Port}", State };
        ErrorRecord unknown = shell.Fail(line + "; Get-ThousandEyesItem /tests", arguments);
        Assert.StartsWith("TE_E_TLS,", unknown.FullyQualifiedErrorId);
        Assert.Equal(ErrorCategory.SecurityError, unknown.CategoryInfo.Category);
        PSObject test = Assert.Single(shell.Run(line + " -CaFile authority.pem; Get-ThousandEyesItem /tests", arguments));
        Assert.Equal("Over TLS", test.Properties["testName"].Value);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("no certificate")]
    public void AFileThatIsNoAuthorityIsRefused(string? content)
    {
        string file = Path.Combine(folder, "authority.pem");
        if (content != null)
        {
            File.WriteAllText(file, content);
        }
        using StandIn server = new();
        using Shell shell = new();
        string line = "Connect-ThousandEyes $args[0] -BaseUrl $args[1] -StateDirectory $args[2] -CaFile $args[3]; Get-ThousandEyesItem /tests";
        ErrorRecord refused = shell.Fail(line, Shell.Secure(StandIn.Good), server.BaseUrl, State, file);
        Assert.StartsWith("TE_E_TLS,ThousandEyes.PowerShell.ConnectCommand", refused.FullyQualifiedErrorId);
        Assert.Contains(file, refused.ErrorDetails.Message);
        Assert.Equal(0, server.Requests);
    }

    [Fact]
    public void CallsGoThroughTheProxyAndItSeesNoToken()
    {
        List<string> seen = new();
        using Listener proxy = new(async client =>
        {
            seen.Add(await Head(client));
            await Answer(client, "HTTP/1.1 407 Proxy Authentication Required", "Proxy-Authenticate: Basic", "");
        });
        using Shell shell = new();
        string line = "Connect-ThousandEyes $args[0] -BaseUrl https://te.example.com -StateDirectory $args[1] -Proxy $args[2]; Get-ThousandEyesItem /tests";
        ErrorRecord refused = shell.Fail(line, Shell.Secure(StandIn.Good), State, $"http://127.0.0.1:{proxy.Port}");
        Assert.StartsWith("TE_E_PROXY,", refused.FullyQualifiedErrorId);
        Assert.Equal(ErrorCategory.ConnectionError, refused.CategoryInfo.Category);
        string connect = Assert.Single(seen);
        Assert.StartsWith("CONNECT te.example.com:443 HTTP/1.1\r\n", connect);
        Assert.DoesNotContain(StandIn.Good, connect);
    }

    [Fact]
    public void AProxyThatIsNoneIsRefusedAndItsPasswordNotTold()
    {
        using Shell shell = new();
        string line = "Connect-ThousandEyes $args[0] -BaseUrl https://te.example.com -StateDirectory $args[1] -Proxy $args[2]; Get-ThousandEyesItem /tests";
        ErrorRecord refused = shell.Fail(line, Shell.Secure(StandIn.Good), State, "gopher://me:proxy-secret@127.0.0.1:1");
        Assert.StartsWith("TE_E_PROXY,", refused.FullyQualifiedErrorId);
        Assert.Contains("Nothing was sent", refused.ErrorDetails.Message);
        Assert.DoesNotContain("proxy-secret", refused.ErrorDetails.Message);
    }

    private static (X509Certificate2 Authority, X509Certificate2 Server) Certificates()
    {
        DateTimeOffset from = DateTimeOffset.UtcNow.AddDays(-1), until = from.AddDays(9);
        ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest root = new("CN=The tests' own authority", key, HashAlgorithmName.SHA256);
        root.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        X509Certificate2 authority = root.CreateSelfSigned(from, until);
        ECDsa serverKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest leaf = new("CN=localhost", serverKey, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder names = new();
        names.AddIpAddress(IPAddress.Loopback);
        leaf.CertificateExtensions.Add(names.Build());
        return (authority, leaf.Create(authority, from, until, new byte[] { 1 }).CopyWithPrivateKey(serverKey));
    }

    private static async Task<string> Head(Stream client)
    {
        StringBuilder head = new();
        byte[] one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n") && await client.ReadAsync(one) == 1)
        {
            head.Append((char)one[0]);
        }
        return head.ToString();
    }

    private static async Task Answer(Stream client, string status, string header, string body)
    {
        if (client is SslStream)
        {
            await Head(client);
        }
        string answer = $"{status}\r\n{header}\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n{body}";
        await client.WriteAsync(Encoding.ASCII.GetBytes(answer));
        await client.FlushAsync();
    }

    /// <summary>A server on loopback that does the same with each connection.</summary>
    private sealed class Listener : IDisposable
    {
        private readonly TcpListener listener = new(IPAddress.Loopback, 0);

        internal Listener(Func<Stream, Task> serve)
        {
            listener.Start();
            _ = Accept(serve);
        }

        internal int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

        public void Dispose() => listener.Stop();

        private async Task Accept(Func<Stream, Task> serve)
        {
            while (true)
            {
                using TcpClient client = await listener.AcceptTcpClientAsync();
                try
                {
                    await serve(client.GetStream());
                }
                catch (Exception failure) when (failure is IOException or System.Security.Authentication.AuthenticationException)
                {
                    // A client that does not trust it hangs up.
                }
            }
        }
    }
}
