// Calls that need more than a path.
using System;

namespace ThousandEyes
{
    /// <summary>A call with a query, headers, a body or a time of its own, to be made once or often.</summary>
    public sealed class Call : Resource
    {
        /// <summary>A call of GET, POST, PUT, PATCH or DELETE on a path or a URL of the same origin.</summary>
        public Call(string method, string path) : base(Make(method, path)) { }

        private static Handle Make(string method, string path)
        {
            return Library.Checked(() => Native.te_call_new(Utf8.Text(method), Utf8.Text(path)).Checked());
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

        /// <summary>
        /// Ends this call within about 100 ms, and every later use of it. From any thread; after Dispose it does
        /// nothing.
        /// </summary>
        public void Cancel()
        {
            try
            {
                Native.te_call_cancel(Handle);
            }
            catch (ObjectDisposedException)
            {
                // It may come from another thread at any time: nothing is left to be ended.
            }
        }
    }
}
