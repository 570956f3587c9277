// Settings of a client.
using System;

namespace ThousandEyes
{
    /// <summary>Settings of a client. What is null has the default that thousandeyes.h names.</summary>
    public sealed class Options
    {
        /// <summary>Base URL of the API, with or without /v7.</summary>
        public string BaseUrl { get; set; }

        /// <summary>Directory through which programs share what they know of tokens; "": in memory only.</summary>
        public string StateDir { get; set; }

        /// <summary>Account group id for every call; "": the user's login account group.</summary>
        public string AccountGroup { get; set; }

        /// <summary>PEM file, or directory of such, of certificate authorities to trust beside the system's.</summary>
        public string CaFile { get; set; }

        /// <summary>PEM file of the certificate that the client shows to a server which asks for one.</summary>
        public string ClientCertificate { get; set; }

        /// <summary>PEM file of its private key; null: it is in the same file.</summary>
        public string ClientCertificateKey { get; set; }

        /// <summary>Proxy URL; "": no proxy.</summary>
        public string Proxy { get; set; }

        /// <summary>Name and version of the program, for the User-Agent.</summary>
        public string UserAgent { get; set; }

        /// <summary>Time of a whole call, waits included.</summary>
        public TimeSpan? Timeout { get; set; }

        public TimeSpan? ConnectTimeout { get; set; }

        /// <summary>The longest silence while an answer is awaited or read.</summary>
        public TimeSpan? IdleTimeout { get; set; }

        /// <summary>The largest unpacked body in bytes; a larger one is a failure, never cut.</summary>
        public long? BodyLimit { get; set; }

        /// <summary>The most 401 answers in 60 minutes, 1 to 110, before nothing more is sent.</summary>
        public int? UnauthorizedBudget { get; set; }

        /// <summary>How often a GET that was answered 502, 503 or 504 is sent again, 0 to 10.</summary>
        public int? Retries { get; set; }

        /// <summary>Whether a call waits for the API's rate limits inside its time; else it fails at once.</summary>
        public bool? WaitForRateLimits { get; set; }

        /// <summary>
        /// Asked at least every 100 ms while a call blocks, on the caller's own thread; true cancels. So does an
        /// exception, which is then the InnerException of the call's.
        /// </summary>
        public Func<bool> Interrupt { get; set; }

        /// <summary>
        /// Given a level (Constants.TE_LOG_*) and a line, on the caller's own thread. Its exceptions are dropped.
        /// </summary>
        public Action<int, string> Log { get; set; }

        /// <summary>Hands them to the library. A failed setter sticks there, and the client reports it.</summary>
        internal Callbacks Apply(Handle options)
        {
            SetText(options, Native.te_options_set_base_url, BaseUrl);
            SetText(options, Native.te_options_set_state_dir, StateDir);
            SetText(options, Native.te_options_set_account_group, AccountGroup);
            SetText(options, Native.te_options_set_ca_file, CaFile);
            if (ClientCertificate != null)
            {
                byte[] key = ClientCertificateKey == null ? null : Utf8.Text(ClientCertificateKey);
                Native.te_options_set_client_certificate(options, Utf8.Text(ClientCertificate), key);
            }
            SetText(options, Native.te_options_set_proxy, Proxy);
            SetText(options, Native.te_options_set_user_agent, UserAgent);
            SetNumber(options, Native.te_options_set_timeout_ms, Milliseconds(Timeout));
            SetNumber(options, Native.te_options_set_connect_timeout_ms, Milliseconds(ConnectTimeout));
            SetNumber(options, Native.te_options_set_idle_timeout_ms, Milliseconds(IdleTimeout));
            SetNumber(options, Native.te_options_set_body_limit, BodyLimit);
            if (UnauthorizedBudget.HasValue)
            {
                Native.te_options_set_unauthorized_budget(options, UnauthorizedBudget.Value);
            }
            if (Retries.HasValue)
            {
                Native.te_options_set_retries(options, Retries.Value);
            }
            if (WaitForRateLimits.HasValue)
            {
                Native.te_options_set_wait_for_rate_limits(options, WaitForRateLimits.Value ? 1 : 0);
            }
            Callbacks callbacks = new Callbacks(Interrupt, Log);
            Native.te_options_set_interrupt(options, callbacks.Interrupt, IntPtr.Zero);
            Native.te_options_set_log(options, callbacks.Log, IntPtr.Zero);
            return callbacks;
        }

        internal static long? Milliseconds(TimeSpan? time)
        {
            return time.HasValue ? (long)time.Value.TotalMilliseconds : (long?)null;
        }

        private static void SetText(Handle options, Func<Handle, byte[], int> set, string value)
        {
            if (value != null)
            {
                set(options, Utf8.Text(value));
            }
        }

        private static void SetNumber(Handle options, Func<Handle, long, int> set, long? value)
        {
            if (value.HasValue)
            {
                set(options, value.Value);
            }
        }
    }
}
