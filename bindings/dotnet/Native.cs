// include/thousandeyes.h in C#, name for name and in its order; a test compares the two.
// C# 5 and no SDK: Add-Type of Windows PowerShell 5.1 compiles these files as they are.
using System;
using System.Runtime.InteropServices;

namespace ThousandEyes
{
    /// <summary>The numbers of the C interface: statuses, and what they ask for; kinds of JSON; log levels.</summary>
    public static class Constants
    {
        public const int TE_KIND_OK = 0;
        public const int TE_KIND_TOKEN = 1;
        public const int TE_KIND_WAIT = 2;
        public const int TE_KIND_RETRY = 3;
        public const int TE_KIND_REQUEST = 4;
        public const int TE_KIND_LOCAL = 5;

        public const int TE_ABI_VERSION = 0;

        public const int TE_JSON_ABSENT = 0;
        public const int TE_JSON_NULL = 1;
        public const int TE_JSON_BOOL = 2;
        public const int TE_JSON_NUMBER = 3;
        public const int TE_JSON_STRING = 4;
        public const int TE_JSON_ARRAY = 5;
        public const int TE_JSON_OBJECT = 6;

        public const int TE_LOG_ERROR = 1;
        public const int TE_LOG_WARN = 2;
        public const int TE_LOG_INFO = 3;
        public const int TE_LOG_DEBUG = 4;

        public const int TE_OK = 0;
        public const int TE_DONE = 1;
        public const int TE_PARTIAL = 2;

        public const int TE_E_UNAUTHORIZED = -100;
        public const int TE_E_LOCKOUT_SUSPECTED = -101;
        public const int TE_E_TOKEN_REFUSED = -102;
        public const int TE_E_BAD_TOKEN = -103;
        public const int TE_E_NO_TOKEN = -104;

        public const int TE_E_BUDGET_EXHAUSTED = -200;
        public const int TE_E_SOURCE_IP_BLOCKED = -201;
        public const int TE_E_RATE_LIMITED = -202;

        public const int TE_E_DNS = -300;
        public const int TE_E_CONNECT = -301;
        public const int TE_E_TLS = -302;
        public const int TE_E_PROXY = -303;
        public const int TE_E_TIMEOUT = -304;
        public const int TE_E_IO = -305;
        public const int TE_E_BAD_RESPONSE = -306;

        public const int TE_E_SERVER = -307;
        public const int TE_E_HTTP = -400;
        public const int TE_E_FORBIDDEN = -401;
        public const int TE_E_NOT_FOUND = -402;
        public const int TE_E_TOO_LARGE = -403;
        public const int TE_E_FOREIGN_LINK = -404;
        public const int TE_E_INVALID_ARGUMENT = -405;

        public const int TE_E_CANCELLED = -500;
        public const int TE_E_BAD_HANDLE = -501;
        public const int TE_E_NO_MEMORY = -502;
        public const int TE_E_PANIC = -503;
    }

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate void te_new_token(IntPtr token, IntPtr valid_until, IntPtr user);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int te_interrupt(IntPtr user);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate void te_log(int level, IntPtr text, IntPtr user);

    /// <summary>
    /// The functions of the C interface. Text goes in as UTF-8 that ends with NUL, and comes out as an address: for a
    /// string the marshaller would free memory that is the library's.
    /// </summary>
    internal static class Native
    {
        internal const string Name = "thousandeyes";

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern IntPtr te_status_name(int status);
        [DllImport(Name, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern int te_status_kind(int status);
        [DllImport(Name, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern IntPtr te_version();
        [DllImport(Name, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern int te_abi_version();
        [DllImport(Name, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern void te_free(IntPtr handle);
        [DllImport(Name, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern long te_live_handles();
        [DllImport(Name, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern int te_status_of(Handle handle);
        [DllImport(Name, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern IntPtr te_message(Handle handle);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern Handle te_client_new(byte[] token, Handle options);
        [DllImport(Name, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern Handle te_get(Handle client, byte[] path);
        [DllImport(Name, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern Handle te_request(
            Handle client, byte[] method, byte[] path, byte[] body, UIntPtr length);
        [DllImport(Name, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern Handle te_perform(Handle client, Handle call);
        [DllImport(Name, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern void te_client_cancel(Handle client);
        [DllImport(Name, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern int te_client_unblock_token(Handle client);
        [DllImport(Name, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern Handle te_client_rotate_token(Handle client, te_new_token keep, IntPtr user);
        [DllImport(Name, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern Handle te_client_guard(Handle client);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern int te_response_http_status(Handle response);
        [DllImport(Name, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern int te_response_sent(Handle response);
        [DllImport(Name, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern IntPtr te_response_body(Handle response, out UIntPtr length);
        [DllImport(Name, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern IntPtr te_response_header(Handle response, byte[] name);
        [DllImport(Name, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern int te_response_header_count(Handle response);
        [DllImport(Name, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern IntPtr te_response_header_name(Handle response, int index);
        [DllImport(Name, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern IntPtr te_response_header_value(Handle response, int index);
        [DllImport(Name, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern long te_response_retry_after_ms(Handle response);
        [DllImport(Name, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern long te_response_rate_limit(Handle response, byte[] name);
        [DllImport(Name, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern long te_response_rate_limit_remaining(Handle response, byte[] name);
        [DllImport(Name, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern long te_response_rate_limit_reset_ms(Handle response, byte[] name);
        [DllImport(Name, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern IntPtr te_response_json_string(Handle response, byte[] pointer, byte[] fallback);
        [DllImport(Name, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern long te_response_json_int64(Handle response, byte[] pointer, long fallback);
        [DllImport(Name, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern double te_response_json_double(Handle response, byte[] pointer, double fallback);
        [DllImport(Name, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern int te_response_json_bool(Handle response, byte[] pointer, int fallback);
        [DllImport(Name, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern long te_response_json_count(Handle response, byte[] pointer);
        [DllImport(Name, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern IntPtr te_response_json_name(Handle response, byte[] pointer, long index);
        [DllImport(Name, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern IntPtr te_response_json_raw(Handle response, byte[] pointer, out UIntPtr length);
        [DllImport(Name, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern IntPtr te_response_json_items(Handle response, byte[] key);
        [DllImport(Name, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern int te_response_json_type(Handle response, byte[] pointer);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern Handle te_call_new(byte[] method, byte[] path);
        [DllImport(Name, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern int te_call_set_query(Handle call, byte[] name, byte[] value);
        [DllImport(Name, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern int te_call_set_header(Handle call, byte[] name, byte[] value);
        [DllImport(Name, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern int te_call_set_body(Handle call, byte[] body, UIntPtr length, byte[] content_type);
        [DllImport(Name, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern int te_call_set_account_group(Handle call, byte[] id);
        [DllImport(Name, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern int te_call_set_timeout_ms(Handle call, long milliseconds);
        [DllImport(Name, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern void te_call_cancel(Handle call);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern Handle te_pages_new(Handle client, byte[] path);
        [DllImport(Name, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern Handle te_pages_of_call(Handle client, Handle call);
        [DllImport(Name, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern Handle te_pages_next(Handle pages);

        [DllImport(Name, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern Handle te_options_new();
        [DllImport(Name, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern int te_options_set_base_url(Handle options, byte[] url);
        [DllImport(Name, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern int te_options_set_state_dir(Handle options, byte[] path);
        [DllImport(Name, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern int te_options_set_account_group(Handle options, byte[] id);
        [DllImport(Name, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern int te_options_set_ca_file(Handle options, byte[] path);
        [DllImport(Name, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern int te_options_set_client_certificate(Handle options, byte[] certificate_path, byte[] key_path);
        [DllImport(Name, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern int te_options_set_proxy(Handle options, byte[] url);
        [DllImport(Name, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern int te_options_set_user_agent(Handle options, byte[] text);
        [DllImport(Name, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern int te_options_set_timeout_ms(Handle options, long milliseconds);
        [DllImport(Name, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern int te_options_set_connect_timeout_ms(Handle options, long milliseconds);
        [DllImport(Name, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern int te_options_set_idle_timeout_ms(Handle options, long milliseconds);
        [DllImport(Name, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern int te_options_set_body_limit(Handle options, long bytes);
        [DllImport(Name, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern int te_options_set_unauthorized_budget(Handle options, int answers);
        [DllImport(Name, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern int te_options_set_retries(Handle options, int retries);
        [DllImport(Name, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern int te_options_set_wait_for_rate_limits(Handle options, int wait);
        [DllImport(Name, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern int te_options_set_interrupt(Handle options, te_interrupt callback, IntPtr user);
        [DllImport(Name, CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        public static extern int te_options_set_log(Handle options, te_log callback, IntPtr user);
    }
}
