// Lists of several pages.
using System.Collections;
using System.Collections.Generic;

namespace ThousandEyes
{
    /// <summary>The pages of a list, one call each; by one thread at a time. Made by a client, outlives it.</summary>
    public sealed class Pages : Resource, IEnumerable<Response>
    {
        private Pages(Handle handle) : base(handle)
        {
        }

        /// <summary>Takes what the library made; its callbacks are the client's, and stay alive with it.</summary>
        internal static Pages Of(Handle handle, Handle client)
        {
            handle.Keep = client.Keep;
            return new Pages(handle.Checked());
        }

        /// <summary>
        /// Reads the next page; null after the last. A page that failed is asked for again by the next call, which
        /// first waits as long as the failure says, or else a second. The third failure in a row is final.
        /// </summary>
        public Response Next()
        {
            Response page = Response.Of(Native.te_pages_next(Handle));
            if (page.Status != Constants.TE_DONE)
            {
                return page;
            }
            page.Dispose();
            return null;
        }

        /// <summary>For foreach: the pages that are left, as Next gives them. Dispose of each.</summary>
        public IEnumerator<Response> GetEnumerator()
        {
            for (Response page = Next(); page != null; page = Next())
            {
                yield return page;
            }
        }

        IEnumerator IEnumerable.GetEnumerator()
        {
            return GetEnumerator();
        }
    }
}
