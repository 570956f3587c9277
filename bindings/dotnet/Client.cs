// Clients, their settings, and calls that need more than a path.
using System;
using System.Collections.Generic;
using System.Security;

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

        /// <summary>PEM file of certificate authorities to trust beside the system's.</summary>
        public string CaFile { get; set; }

        /// <summary>Proxy URL; "": no proxy.</summary>
        public string Proxy { get; set; }

        /// <summary>Name and version of the program, for the User-Agent.</summary>
        public string UserAgent { get; set; }

        /// <summary>Time of a whole call, waits included.</summary>
        public TimeSpan? Timeout { get; set; }

        public TimeSpan? ConnectTimeout { get; set; }

        /// <summary>The largest unpacked body in bytes; a larger one is a failure, never cut.</summary>
        public long? BodyLimit { get; set; }

        /// <summary>The most 401 answers in 60 minutes, 1 to 110, before nothing more is sent.</summary>
        public int? UnauthorizedBudget { get; set; }

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
            SetText(options, Native.te_options_set_proxy, Proxy);
            SetText(options, Native.te_options_set_user_agent, UserAgent);
            SetNumber(options, Native.te_options_set_timeout_ms, Milliseconds(Timeout));
            SetNumber(options, Native.te_options_set_connect_timeout_ms, Milliseconds(ConnectTimeout));
            SetNumber(options, Native.te_options_set_body_limit, BodyLimit);
            if (UnauthorizedBudget.HasValue)
            {
                Native.te_options_set_unauthorized_budget(options, UnauthorizedBudget.Value);
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

    /// <summary>One token at one origin; for many threads at once. Failures are ThousandEyesExceptions.</summary>
    public sealed class Client : Resource
    {
        /// <summary>A client for the token in $TE_TOKEN, or else in the file $TE_TOKEN_FILE.</summary>
        public Client() : this(null, null) { }

        public Client(string token) : this(token, null) { }

        /// <summary>For a token (null: as above), with options (null: defaults). Touches no network.</summary>
        public Client(string token, Options options)
            : base(Make(options, make => Utf8.Secret(token, make))) { }

        private Client(Handle handle) : base(handle) { }

        /// <summary>For a token that is never a string here: every copy that is made of it is wiped.</summary>
        public static Client Secured(SecureString token, Options options)
        {
            if (token == null)
            {
                throw new ArgumentNullException("token");
            }
            return new Client(Make(options, make => Utf8.Secret(token, make)));
        }

        private static Handle Make(Options options, Func<Func<byte[], Handle>, Handle> withToken)
        {
            Library.Check();
            using (Handle settings = Native.te_options_new())
            {
                Callbacks callbacks = (options ?? new Options()).Apply(settings);
                Handle client = withToken(bytes => Native.te_client_new(bytes, settings));
                client.Keep = callbacks;
                return client.Checked();
            }
        }

        /// <summary>GET a path ("tests", "/tests?max=10", "/v7/tests") or a URL of the same origin.</summary>
        public Response Get(string path)
        {
            return Response.Of(Native.te_get(Handle, Utf8.Text(path)));
        }

        /// <summary>A call of any method with a JSON body; null: none.</summary>
        public Response Request(string method, string path, string jsonBody)
        {
            byte[] body = Utf8.Body(jsonBody);
            return Response.Of(
                Native.te_request(Handle, Utf8.Text(method), Utf8.Text(path), body, Utf8.Length(body)));
        }

        public Response Perform(Call call)
        {
            if (call == null)
            {
                throw new ArgumentNullException("call");
            }
            return Response.Of(Native.te_perform(Handle, call.Handle));
        }

        /// <summary>The pages of a list, from a path as Get takes it. Sends nothing yet.</summary>
        public Pages Pages(string path)
        {
            return ThousandEyes.Pages.Of(Native.te_pages_new(Handle, Utf8.Text(path)), Handle);
        }

        /// <summary>The pages that begin with a GET or POST: the API's filters page through POST.</summary>
        public Pages Pages(Call call)
        {
            if (call == null)
            {
                throw new ArgumentNullException("call");
            }
            return ThousandEyes.Pages.Of(Native.te_pages_of_call(Handle, call.Handle), Handle);
        }

        /// <summary>
        /// The items of all pages of a list, as they come: the elements of each page's only array, or of its member
        /// <paramref name="key"/>. Ends with the failure of a page, which it names; Pages can go on after one.
        /// </summary>
        public IEnumerable<Item> Items(string path, string key = null)
        {
            using (Pages pages = Pages(path))
            {
                for (Response page = pages.Next(); page != null; page = pages.Next())
                {
                    foreach (Item item in Item.Of(page, key))
                    {
                        yield return item;
                    }
                }
            }
        }

        /// <summary>Ends all calls, present and later, within about 100 ms. For shutdown; from any thread.</summary>
        public void Cancel()
        {
            Native.te_client_cancel(Handle);
        }

        /// <summary>A person says: try this token once more now, although it was rejected.</summary>
        public void UnblockToken()
        {
            int status = Native.te_client_unblock_token(Handle);
            if (status < 0)
            {
                throw Failure.Of(status, "The token was not unblocked; that is possible at most 3 times an hour.");
            }
        }

        /// <summary>What the guard knows of the token and of the source IP, as JSON.</summary>
        public Response Guard()
        {
            return Response.Of(Native.te_client_guard(Handle));
        }
    }

    /// <summary>A call with a query, headers, a body or a time of its own, to be made once or often.</summary>
    public sealed class Call : Resource
    {
        /// <summary>A call of GET, POST, PUT, PATCH or DELETE on a path or a URL of the same origin.</summary>
        public Call(string method, string path) : base(Make(method, path)) { }

        private static Handle Make(string method, string path)
        {
            Library.Check();
            return Native.te_call_new(Utf8.Text(method), Utf8.Text(path)).Checked();
        }

        /// <summary>Adds a query parameter; name and value are percent-encoded.</summary>
        public void SetQuery(string name, string value)
        {
            Native.te_call_set_query(Handle, Utf8.Text(name), Utf8.Text(value));
            Failure.Check(Handle);
        }

        public void SetHeader(string name, string value)
        {
            Native.te_call_set_header(Handle, Utf8.Text(name), Utf8.Text(value));
            Failure.Check(Handle);
        }

        public void SetBody(string json)
        {
            SetBody(Utf8.Body(json), null);
        }

        /// <summary>Sets the body and its content type; null: application/json. Not for GET and DELETE.</summary>
        public void SetBody(byte[] body, string contentType)
        {
            Native.te_call_set_body(Handle, body, Utf8.Length(body), Utf8.Text(contentType));
            Failure.Check(Handle);
        }

        /// <summary>Account group id of this call instead of the client's; "": the login account group.</summary>
        public void SetAccountGroup(string id)
        {
            Native.te_call_set_account_group(Handle, Utf8.Text(id));
            Failure.Check(Handle);
        }

        /// <summary>Time of this call, waits included, instead of the client's.</summary>
        public void SetTimeout(TimeSpan time)
        {
            Native.te_call_set_timeout_ms(Handle, Options.Milliseconds(time).Value);
            Failure.Check(Handle);
        }

        /// <summary>Ends this call within about 100 ms, and every later use of it. From any thread.</summary>
        public void Cancel()
        {
            Native.te_call_cancel(Handle);
        }
    }
}
