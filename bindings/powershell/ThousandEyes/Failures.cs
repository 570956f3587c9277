// What went wrong, as PowerShell reports it.
using System;
using System.Collections.Generic;
using System.Management.Automation;

namespace ThousandEyes.PowerShell
{
    /// <summary>Error records by status: category, id, advice.</summary>
    internal static class Failures
    {
        private static readonly Dictionary<int, ErrorCategory> OfStatus = new Dictionary<int, ErrorCategory>
        {
            { Constants.TE_E_UNAUTHORIZED, ErrorCategory.AuthenticationError },
            { Constants.TE_E_LOCKOUT_SUSPECTED, ErrorCategory.AuthenticationError },
            { Constants.TE_E_TOKEN_REFUSED, ErrorCategory.AuthenticationError },
            { Constants.TE_E_BAD_TOKEN, ErrorCategory.AuthenticationError },
            { Constants.TE_E_NO_TOKEN, ErrorCategory.AuthenticationError },
            { Constants.TE_E_BUDGET_EXHAUSTED, ErrorCategory.LimitsExceeded },
            { Constants.TE_E_SOURCE_IP_BLOCKED, ErrorCategory.LimitsExceeded },
            { Constants.TE_E_RATE_LIMITED, ErrorCategory.LimitsExceeded },
            { Constants.TE_E_DNS, ErrorCategory.ConnectionError },
            { Constants.TE_E_CONNECT, ErrorCategory.ConnectionError },
            { Constants.TE_E_TLS, ErrorCategory.SecurityError },
            { Constants.TE_E_PROXY, ErrorCategory.ConnectionError },
            { Constants.TE_E_TIMEOUT, ErrorCategory.OperationTimeout },
            { Constants.TE_E_IO, ErrorCategory.ConnectionError },
            { Constants.TE_E_BAD_RESPONSE, ErrorCategory.InvalidData },
            { Constants.TE_E_SERVER, ErrorCategory.ResourceUnavailable },
            { Constants.TE_E_HTTP, ErrorCategory.InvalidOperation },
            { Constants.TE_E_FORBIDDEN, ErrorCategory.PermissionDenied },
            { Constants.TE_E_NOT_FOUND, ErrorCategory.ObjectNotFound },
            { Constants.TE_E_TOO_LARGE, ErrorCategory.LimitsExceeded },
            { Constants.TE_E_FOREIGN_LINK, ErrorCategory.SecurityError },
            { Constants.TE_E_INVALID_ARGUMENT, ErrorCategory.InvalidArgument },
            { Constants.TE_E_CANCELLED, ErrorCategory.OperationStopped },
            { Constants.TE_E_BAD_HANDLE, ErrorCategory.InvalidOperation },
            { Constants.TE_E_NO_MEMORY, ErrorCategory.ResourceUnavailable },
            { Constants.TE_E_PANIC, ErrorCategory.InvalidResult },
        };

        /// <summary>For a status that a newer library has and this module does not know.</summary>
        private static readonly Dictionary<int, ErrorCategory> OfKind = new Dictionary<int, ErrorCategory>
        {
            { Constants.TE_KIND_TOKEN, ErrorCategory.AuthenticationError },
            { Constants.TE_KIND_WAIT, ErrorCategory.LimitsExceeded },
            { Constants.TE_KIND_RETRY, ErrorCategory.ConnectionError },
            { Constants.TE_KIND_REQUEST, ErrorCategory.InvalidOperation },
        };

        /// <summary>Null for what is no failure of a call: that is PowerShell's own.</summary>
        internal static ErrorRecord Record(Exception failure, object target)
        {
            ThousandEyesException told = failure as ThousandEyesException;
            if (told != null)
            {
                return OfCall(told, target);
            }
            if (failure is ObjectDisposedException)
            {
                return Ended(target);
            }
            if (failure is ArgumentException)
            {
                return new ErrorRecord(failure, "BadArgument", ErrorCategory.InvalidArgument, target);
            }
            if (failure is FormatException)
            {
                return new ErrorRecord(failure, "BadJson", ErrorCategory.InvalidData, target);
            }
            bool absent = failure is DllNotFoundException || failure is BadImageFormatException;
            return absent ? new ErrorRecord(failure, "LibraryNotFound", ErrorCategory.NotInstalled, target) : null;
        }

        internal static ErrorRecord NotConnected()
        {
            string text = "This runspace has no session. Run Connect-ThousandEyes first, or pass one with -Session.";
            return Invalid(text, "NotConnected", null);
        }

        internal static ErrorRecord Ended(object target)
        {
            string text = "This session was ended by Disconnect-ThousandEyes. Run Connect-ThousandEyes again.";
            return Invalid(text, "Disconnected", target);
        }

        private static ErrorRecord Invalid(string text, string id, object target)
        {
            return new ErrorRecord(new InvalidOperationException(text), id, ErrorCategory.InvalidOperation, target);
        }

        private static ErrorRecord OfCall(ThousandEyesException failure, object target)
        {
            ErrorRecord record = new ErrorRecord(failure, failure.StatusName, Category(failure.Status), target);
            record.ErrorDetails = new ErrorDetails(failure.Message) { RecommendedAction = Advice(failure.Message) };
            // $Error keeps the exception for long; the answer's memory is given back now.
            if (failure.Response != null)
            {
                failure.Response.Dispose();
            }
            return record;
        }

        /// <summary>NotSpecified where neither the status nor its kind is known.</summary>
        private static ErrorCategory Category(int status)
        {
            ErrorCategory category;
            if (!OfStatus.TryGetValue(status, out category))
            {
                OfKind.TryGetValue(Native.te_status_kind(status), out category);
            }
            return category;
        }

        /// <summary>The library's line says what happened first, and then what to do.</summary>
        private static string Advice(string message)
        {
            int end = message.IndexOf(". ", StringComparison.Ordinal);
            return end < 0 ? message : message.Substring(end + 2);
        }
    }
}
