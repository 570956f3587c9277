// Clients, and what they do.
using System;
using System.Collections.Generic;
using System.Runtime.ExceptionServices;
using System.Security;

namespace ThousandEyes
{
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
        public static Client Secured(SecureString token, Options options = null)
        {
            if (token == null)
            {
                throw new ArgumentNullException("token");
            }
            return new Client(Make(options, make => Utf8.Secret(token, make)));
        }

        private static Handle Make(Options options, Func<Func<byte[], Handle>, Handle> withToken)
        {
            return Library.Checked(() =>
            {
                using (Handle settings = Native.te_options_new())
                {
                    Callbacks callbacks = (options ?? new Options()).Apply(settings);
                    Handle client = withToken(bytes => Native.te_client_new(bytes, settings));
                    client.Keep = callbacks;
                    return client.Checked();
                }
            });
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
            return Items(() => Pages(path), key);
        }

        /// <summary>Likewise, where the pages begin with a call: with a query, a filter, an account group.</summary>
        public IEnumerable<Item> Items(Call call, string key = null)
        {
            if (call == null)
            {
                throw new ArgumentNullException("call");
            }
            return Items(() => Pages(call), key);
        }

        private IEnumerable<Item> Items(Func<Pages> begin, string key)
        {
            using (Pages pages = begin())
            {
                for (Response page = pages.Next(); page != null; page = pages.Next())
                {
                    foreach (Item item in Item.Of(page, key))
                    {
                        yield return item;
                    }
                    // The pages would go on without their client, and whoever disposes of it wants no more calls.
                    ThrowIfDisposed();
                }
            }
        }

        /// <summary>
        /// Ends all calls, present and later, within about 100 ms. For shutdown; from any thread; after Dispose it does
        /// nothing.
        /// </summary>
        public void Cancel()
        {
            try
            {
                Native.te_client_cancel(Handle);
            }
            catch (ObjectDisposedException)
            {
                // It may come from another thread at any time: nothing is left to be ended.
            }
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

        /// <summary>
        /// Makes a new token for the user of this one, and the client goes on with it; the old one is valid for at most
        /// 14 days more. <paramref name="keep"/> is given the new token, and the time until which it is valid or null,
        /// before anything else can fail. Its exception is thrown when the call is over; the token is made all the same.
        /// </summary>
        public void RotateToken(Action<string, string> keep)
        {
            if (keep == null)
            {
                throw new ArgumentNullException("keep");
            }
            Exception thrown = null;
            te_new_token hand = (token, validUntil, user) =>
            {
                try
                {
                    keep(Utf8.Read(token), Utf8.Read(validUntil));
                }
                catch (Exception failure)
                {
                    thrown = failure;
                }
            };
            Response.Of(Native.te_client_rotate_token(Handle, hand, IntPtr.Zero)).Dispose();
            GC.KeepAlive(hand);
            if (thrown != null)
            {
                ExceptionDispatchInfo.Capture(thrown).Throw();
            }
        }

        /// <summary>What the guard knows of the token and of the source IP, as JSON.</summary>
        public Response Guard()
        {
            return Response.Of(Native.te_client_guard(Handle));
        }
    }
}
