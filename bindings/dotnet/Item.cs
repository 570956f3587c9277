// The items on the pages of a list.
using System.Collections.Generic;

namespace ThousandEyes
{
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

        private string Place(string pointer)
        {
            // Looked at alone: behind the item's place anything begins with "/".
            Utf8.Pointer(pointer);
            return at + pointer;
        }

        /// <summary>The item's JSON text, as it came.</summary>
        public string Raw
        {
            get { return page.JsonRaw(at); }
        }

        /// <summary>The string, number or boolean at a pointer that begins at the item: "/testName".</summary>
        public string JsonString(string pointer, string fallback = null)
        {
            return page.JsonString(Place(pointer), fallback);
        }

        /// <summary>The whole number at a pointer; a string of digits counts: the API's ids are strings.</summary>
        public long JsonInt64(string pointer, long fallback = 0)
        {
            return page.JsonInt64(Place(pointer), fallback);
        }

        public double JsonDouble(string pointer, double fallback = 0)
        {
            return page.JsonDouble(Place(pointer), fallback);
        }

        public bool JsonBool(string pointer, bool fallback = false)
        {
            return page.JsonBool(Place(pointer), fallback);
        }

        /// <summary>How many elements an array, or members an object, has; -1 when it is neither.</summary>
        public long JsonCount(string pointer)
        {
            return page.JsonCount(Place(pointer));
        }

        /// <summary>The name of a member of an object, counted from 0; null past the last.</summary>
        public string JsonName(string pointer, long index)
        {
            return page.JsonName(Place(pointer), index);
        }

        /// <summary>One of Constants.TE_JSON_*.</summary>
        public int JsonType(string pointer)
        {
            return page.JsonType(Place(pointer));
        }
    }
}
