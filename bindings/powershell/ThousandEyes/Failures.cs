// What went wrong, as PowerShell reports it.
using System;
using System.Management.Automation;

namespace ThousandEyes.PowerShell
{
    /// <summary>Error records by status: category, id, advice.</summary>
    internal static class Failures
    {
        internal static ErrorRecord Record(ThousandEyesException failure, object target)
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

        internal static ErrorRecord Record(Exception failure, string id, ErrorCategory category, object target)
        {
            return new ErrorRecord(failure, id, category, target);
        }

        internal static ErrorCategory Category(int status)
        {
            ErrorCategory known = Known(status);
            return known == ErrorCategory.NotSpecified ? OfKind(Native.te_status_kind(status)) : known;
        }

        private static ErrorCategory Known(int status)
        {
            switch (status)
            {
                case Constants.TE_E_UNAUTHORIZED:
                case Constants.TE_E_LOCKOUT_SUSPECTED:
                case Constants.TE_E_TOKEN_REFUSED:
                case Constants.TE_E_BAD_TOKEN:
                case Constants.TE_E_NO_TOKEN:
                    return ErrorCategory.AuthenticationError;
                case Constants.TE_E_BUDGET_EXHAUSTED:
                case Constants.TE_E_SOURCE_IP_BLOCKED:
                case Constants.TE_E_RATE_LIMITED:
                case Constants.TE_E_TOO_LARGE:
                    return ErrorCategory.LimitsExceeded;
                case Constants.TE_E_DNS:
                case Constants.TE_E_CONNECT:
                case Constants.TE_E_PROXY:
                case Constants.TE_E_IO:
                    return ErrorCategory.ConnectionError;
                case Constants.TE_E_TLS:
                case Constants.TE_E_FOREIGN_LINK:
                    return ErrorCategory.SecurityError;
                case Constants.TE_E_TIMEOUT:
                    return ErrorCategory.OperationTimeout;
                case Constants.TE_E_SERVER:
                case Constants.TE_E_NO_MEMORY:
                    return ErrorCategory.ResourceUnavailable;
                case Constants.TE_E_BAD_RESPONSE:
                    return ErrorCategory.InvalidData;
                case Constants.TE_E_HTTP:
                case Constants.TE_E_BAD_HANDLE:
                    return ErrorCategory.InvalidOperation;
                case Constants.TE_E_FORBIDDEN:
                    return ErrorCategory.PermissionDenied;
                case Constants.TE_E_NOT_FOUND:
                    return ErrorCategory.ObjectNotFound;
                case Constants.TE_E_INVALID_ARGUMENT:
                    return ErrorCategory.InvalidArgument;
                case Constants.TE_E_CANCELLED:
                    return ErrorCategory.OperationStopped;
                case Constants.TE_E_PANIC:
                    return ErrorCategory.InvalidResult;
                default:
                    return ErrorCategory.NotSpecified;
            }
        }

        /// <summary>For a status that a newer library has and this module does not know.</summary>
        private static ErrorCategory OfKind(int kind)
        {
            switch (kind)
            {
                case Constants.TE_KIND_TOKEN:
                    return ErrorCategory.AuthenticationError;
                case Constants.TE_KIND_WAIT:
                    return ErrorCategory.LimitsExceeded;
                case Constants.TE_KIND_RETRY:
                    return ErrorCategory.ConnectionError;
                case Constants.TE_KIND_REQUEST:
                    return ErrorCategory.InvalidOperation;
                default:
                    return ErrorCategory.NotSpecified;
            }
        }

        /// <summary>The library's line says what happened first, and then what to do.</summary>
        private static string Advice(string message)
        {
            int end = message.IndexOf(". ", StringComparison.Ordinal);
            return end < 0 ? message : message.Substring(end + 2);
        }
    }
}
