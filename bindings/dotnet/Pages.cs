// Lists of several pages, and the items on them.
using System;
using System.Collections.Generic;

namespace ThousandEyes
{
    /// <summary>The pages of a list, one call each; by one thread at a time. Made by a client, outlives it.</summary>
    public sealed class Pages : Resource
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
    }

    /// <summary>One element of a list. Its page's memory is given back when no item of it is used any more.</summary>
    public sealed class Item
    {
        private readonly Response page;
        private readonly string at;

        private Item(Response page, string at)
        {
            this.page = page;
            this.at = at;
        }

        /// <summary>The items of a page; see Response.JsonItems.</summary>
        internal static IEnumerable<Item> Of(Response page, string key)
        {
            string array = page.JsonItems(key);
            if (array == null)
            {
                string names = string.Join(", ", page.JsonArrays());
                string text = "There is no one array of items" + (key == null ? "" : " named " + key)
                    + "; the answer's arrays: " + (names.Length == 0 ? "none" : names) + ". Name the one to take.";
                throw Failure.Of(Constants.TE_E_INVALID_ARGUMENT, text);
            }
            long count = page.JsonCount(array);
            for (long i = 0; i < count; i++)
            {
                yield return new Item(page, array + "/" + i);
            }
        }

        /// <summary>The item's JSON text, as it came.</summary>
        public string Raw
        {
            get { return page.JsonRaw(at); }
        }

        /// <summary>The string, number or boolean at a pointer that begins at the item: "/testName".</summary>
        public string JsonString(string pointer, string fallback = null)
        {
            return page.JsonString(at + pointer, fallback);
        }

        /// <summary>The whole number at a pointer; a string of digits counts: the API's ids are strings.</summary>
        public long JsonInt64(string pointer, long fallback = 0)
        {
            return page.JsonInt64(at + pointer, fallback);
        }

        public double JsonDouble(string pointer, double fallback = 0)
        {
            return page.JsonDouble(at + pointer, fallback);
        }

        public bool JsonBool(string pointer, bool fallback = false)
        {
            return page.JsonBool(at + pointer, fallback);
        }

        /// <summary>How many elements an array, or members an object, has; -1 when it is neither.</summary>
        public long JsonCount(string pointer)
        {
            return page.JsonCount(at + pointer);
        }

        /// <summary>The name of a member of an object, counted from 0; null past the last.</summary>
        public string JsonName(string pointer, long index)
        {
            return page.JsonName(at + pointer, index);
        }

        /// <summary>One of Constants.TE_JSON_*.</summary>
        public int JsonType(string pointer)
        {
            return page.JsonType(at + pointer);
        }
    }
}
