// What came of a call.
using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using System.Text;

namespace ThousandEyes
{
    /// <summary>Whether a request reached the wire. May a POST be repeated? After No it may.</summary>
    public enum Sent
    {
        Perhaps = -1,
        No = 0,
        Yes = 1,
    }

    /// <summary>What came of a call. What it gives are copies, which outlive it.</summary>
    public sealed class Response : Resource
    {
        private Response(Handle handle) : base(handle)
        {
        }

        /// <summary>Takes what a call returned, and throws where that is a failure.</summary>
        internal static Response Of(Handle handle)
        {
            Exception thrown = Callbacks.Thrown();
            Response response = new Response(handle);
            if (response.Status < 0)
            {
                throw Failure.Of(response.Status, response.Message, response, thrown);
            }
            return response;
        }

        /// <summary>One of Constants.TE_*: 0 success, above 0 success with news.</summary>
        public int Status
        {
            get { return Native.te_status_of(Handle); }
        }

        public string StatusName
        {
            get { return Failure.Name(Status); }
        }

        /// <summary>One line for a person; "" with TE_OK, and which items failed with TE_PARTIAL.</summary>
        public string Message
        {
            get { return Handle.Message(); }
        }

        /// <summary>0 when no answer came.</summary>
        public int HttpStatus
        {
            get { return Native.te_response_http_status(Handle); }
        }

        public Sent Sent
        {
            get { return (Sent)Native.te_response_sent(Handle); }
        }

        /// <summary>When calling again is worth it; null: not known.</summary>
        public TimeSpan? RetryAfter
        {
            get
            {
                return Time(Native.te_response_retry_after_ms(Handle));
            }
        }

        /// <summary>
        /// How many requests a window of a rate limit allows, "organization" for X-Organization-Rate-Limit-*; null: the
        /// limit of which the least is left. -1 where the answer did not tell.
        /// </summary>
        public long RateLimit(string name = null)
        {
            return Native.te_response_rate_limit(Handle, Utf8.Text(name));
        }

        /// <summary>How many requests this window still allows; -1 where the answer did not tell.</summary>
        public long RateLimitRemaining(string name = null)
        {
            return Native.te_response_rate_limit_remaining(Handle, Utf8.Text(name));
        }

        /// <summary>How long this window lasts from the answer on; null where the answer did not tell.</summary>
        public TimeSpan? RateLimitReset(string name = null)
        {
            return Time(Native.te_response_rate_limit_reset_ms(Handle, Utf8.Text(name)));
        }

        private static TimeSpan? Time(long milliseconds)
        {
            return milliseconds < 0 ? (TimeSpan?)null : TimeSpan.FromMilliseconds(milliseconds);
        }

        /// <summary>The body, unpacked. A new copy each time.</summary>
        public byte[] Body
        {
            get
            {
                return Handle.Borrow(handle =>
                {
                    UIntPtr length;
                    IntPtr body = Native.te_response_body(handle, out length);
                    return Copy(body, length);
                });
            }
        }

        /// <summary>The body as text.</summary>
        public string Text
        {
            get { return Encoding.UTF8.GetString(Body); }
        }

        /// <summary>All headers, names in lower case. A name may stand there more than once.</summary>
        public IList<KeyValuePair<string, string>> Headers
        {
            get
            {
                return Handle.Borrow(handle =>
                {
                    var headers = new KeyValuePair<string, string>[Native.te_response_header_count(handle)];
                    for (int i = 0; i < headers.Length; i++)
                    {
                        string name = Utf8.Read(Native.te_response_header_name(handle, i));
                        string value = Utf8.Read(Native.te_response_header_value(handle, i));
                        headers[i] = new KeyValuePair<string, string>(name, value);
                    }
                    return headers;
                });
            }
        }

        /// <summary>The value of the first header of that name, in any case; null when there is none.</summary>
        public string Header(string name)
        {
            return Handle.Borrow(handle => Utf8.Read(Native.te_response_header(handle, Utf8.Text(name))));
        }

        /// <summary>The string, number or boolean at an RFC 6901 pointer such as "/tests/0/testName".</summary>
        public string JsonString(string pointer, string fallback = null)
        {
            byte[] at = Utf8.Pointer(pointer);
            return Handle.Borrow(handle => Utf8.Read(Native.te_response_json_string(handle, at, null))) ?? fallback;
        }

        /// <summary>The whole number at a pointer; a string of digits counts: the API's ids are strings.</summary>
        public long JsonInt64(string pointer, long fallback = 0)
        {
            return Native.te_response_json_int64(Handle, Utf8.Pointer(pointer), fallback);
        }

        public double JsonDouble(string pointer, double fallback = 0)
        {
            return Native.te_response_json_double(Handle, Utf8.Pointer(pointer), fallback);
        }

        public bool JsonBool(string pointer, bool fallback = false)
        {
            return Native.te_response_json_bool(Handle, Utf8.Pointer(pointer), fallback ? 1 : 0) != 0;
        }

        /// <summary>How many elements an array, or members an object, has; -1 when it is neither.</summary>
        public long JsonCount(string pointer)
        {
            return Native.te_response_json_count(Handle, Utf8.Pointer(pointer));
        }

        /// <summary>
        /// The name of a member of an object, counted from 0 in the document's order; null past the last. In a pointer,
        /// ~ in it is written ~0 and / is ~1.
        /// </summary>
        public string JsonName(string pointer, long index)
        {
            byte[] at = Utf8.Pointer(pointer);
            return Handle.Borrow(handle => Utf8.Read(Native.te_response_json_name(handle, at, index)));
        }

        /// <summary>The JSON text of a value, as it stands in the body; null when nothing is there.</summary>
        public string JsonRaw(string pointer)
        {
            byte[] at = Utf8.Pointer(pointer);
            return Handle.Borrow(handle =>
            {
                UIntPtr length;
                IntPtr text = Native.te_response_json_raw(handle, at, out length);
                return text == IntPtr.Zero ? null : Encoding.UTF8.GetString(Copy(text, length));
            });
        }

        /// <summary>
        /// The pointer of the array that holds a page's items: "" where the document is one, else that of its member
        /// <paramref name="key"/>, or of its only array; null when there is none, or several.
        /// </summary>
        public string JsonItems(string key = null)
        {
            byte[] name = Utf8.Text(key);
            return Handle.Borrow(handle => Utf8.Read(Native.te_response_json_items(handle, name)));
        }

        /// <summary>The names of the document's members that are arrays.</summary>
        public IList<string> JsonArrays()
        {
            List<string> arrays = new List<string>();
            long count = JsonCount("");
            for (long i = 0; i < count; i++)
            {
                string name = JsonName("", i);
                string pointer = name == null ? null : "/" + name.Replace("~", "~0").Replace("/", "~1");
                if (pointer != null && JsonType(pointer) == Constants.TE_JSON_ARRAY)
                {
                    arrays.Add(name);
                }
            }
            return arrays;
        }

        private static byte[] Copy(IntPtr lent, UIntPtr length)
        {
            byte[] copy = new byte[(long)length.ToUInt64()];
            Marshal.Copy(lent, copy, 0, copy.Length);
            return copy;
        }

        /// <summary>One of Constants.TE_JSON_*.</summary>
        public int JsonType(string pointer)
        {
            return Native.te_response_json_type(Handle, Utf8.Pointer(pointer));
        }
    }
}
