// Failed statuses as exceptions.
using System;

namespace ThousandEyes
{
    /// <summary>A status below 0. The class says what to do about it: see the five that follow.</summary>
    public abstract class ThousandEyesException : Exception
    {
        internal ThousandEyesException(Failure failure) : base(failure.Message, failure.Thrown)
        {
            Status = failure.Status;
            StatusName = Failure.Name(failure.Status);
            Response = failure.Response;
            if (Response != null)
            {
                HttpStatus = Response.HttpStatus;
                Sent = Response.Sent;
                RetryAfter = Response.RetryAfter;
            }
        }

        /// <summary>One of Constants.TE_E_*.</summary>
        public int Status { get; private set; }

        public string StatusName { get; private set; }

        /// <summary>0 when no answer came.</summary>
        public int HttpStatus { get; private set; }

        public Sent Sent { get; private set; }

        /// <summary>When calling again is worth it; null: not known.</summary>
        public TimeSpan? RetryAfter { get; private set; }

        /// <summary>What came of the call, for a look at its body; null when no call was made.</summary>
        public Response Response { get; private set; }
    }

    /// <summary>Stop; a person must look after the token or the account.</summary>
    public sealed class TokenException : ThousandEyesException
    {
        internal TokenException(Failure failure) : base(failure) { }
    }

    /// <summary>Wait for RetryAfter, then call again.</summary>
    public sealed class WaitException : ThousandEyesException
    {
        internal WaitException(Failure failure) : base(failure) { }
    }

    /// <summary>The network or the server had a fault: it may work later.</summary>
    public sealed class RetryException : ThousandEyesException
    {
        internal RetryException(Failure failure) : base(failure) { }
    }

    /// <summary>The call itself is wrong, or not allowed.</summary>
    public sealed class RequestException : ThousandEyesException
    {
        internal RequestException(Failure failure) : base(failure) { }
    }

    /// <summary>Something on this machine is wrong, or the call was cancelled.</summary>
    public sealed class LocalException : ThousandEyesException
    {
        internal LocalException(Failure failure) : base(failure) { }
    }

    /// <summary>What an exception is made of.</summary>
    internal sealed class Failure
    {
        internal int Status;
        internal string Message;
        internal Response Response;
        internal Exception Thrown;

        /// <summary>The one place where a failed status becomes an exception.</summary>
        internal static ThousandEyesException Of(
            int status, string message, Response response = null, Exception thrown = null)
        {
            Failure failure = new Failure
            {
                Status = status, Message = message, Response = response, Thrown = thrown
            };
            switch (Native.te_status_kind(status))
            {
                case Constants.TE_KIND_TOKEN:
                    return new TokenException(failure);
                case Constants.TE_KIND_WAIT:
                    return new WaitException(failure);
                case Constants.TE_KIND_RETRY:
                    return new RetryException(failure);
                case Constants.TE_KIND_REQUEST:
                    return new RequestException(failure);
                default:
                    return new LocalException(failure);
            }
        }

        /// <summary>Throws what a setter or a constructor of the library found wrong.</summary>
        internal static void Check(Handle handle)
        {
            int status = Native.te_status_of(handle);
            if (status < 0)
            {
                throw Of(status, handle.Message());
            }
        }

        internal static string Name(int status)
        {
            return Utf8.Read(Native.te_status_name(status));
        }
    }
}
