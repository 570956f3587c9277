//! The public list of statuses and the kinds they fall into.

macro_rules! statuses {
    ($($(#[$doc:meta])* $name:ident = $value:literal, $text:literal, $kind:ident;)*) => {
        /// What became of a call. The numbers are the C interface's and never change their meaning.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(i32)]
        #[non_exhaustive]
        pub enum Status { $($(#[$doc])* $name = $value,)* }

        impl Status {
            /// Every status there is.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The status as C programs write it, such as `TE_E_UNAUTHORIZED`.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// What to do about it.
            pub const fn kind(self) -> Kind {
                match self { $(Self::$name => Kind::$kind,)* }
            }
        }
    };
}

/// What to do about a status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(i32)]
#[non_exhaustive]
pub enum Kind {
    /// Nothing: it worked.
    Ok = 0,
    /// Stop; a person must look after the token or the account.
    Token = 1,
    /// Wait for the time the error names, then call again.
    Wait = 2,
    /// It may work if it is tried again: the network or the server had a fault.
    Retry = 3,
    /// The call itself is wrong, or not allowed.
    Request = 4,
    /// Something on this machine is wrong: settings, memory, a handle; or the call was cancelled.
    Local = 5,
}

statuses! {
    /// It worked.
    Ok = 0, "TE_OK", Ok;
    /// There is no further page.
    Done = 1, "TE_DONE", Ok;
    /// A bulk operation (HTTP 207) worked for some items only, or the answer does not say of each; the message tells.
    Partial = 2, "TE_PARTIAL", Ok;
    /// This call got a 401, and the token was never accepted before.
    Unauthorized = -100, "TE_E_UNAUTHORIZED", Token;
    /// This call got a 401 although the token was accepted before.
    LockoutSuspected = -101, "TE_E_LOCKOUT_SUSPECTED", Token;
    /// Not sent: the token was answered 401 earlier.
    TokenRefused = -102, "TE_E_TOKEN_REFUSED", Token;
    /// The token is not one that could be sent.
    BadToken = -103, "TE_E_BAD_TOKEN", Token;
    /// There is no token.
    NoToken = -104, "TE_E_NO_TOKEN", Token;
    /// Not sent: too many 401 answers within the hour.
    BudgetExhausted = -200, "TE_E_BUDGET_EXHAUSTED", Wait;
    /// The API answers this source IP with 429.
    SourceIpBlocked = -201, "TE_E_SOURCE_IP_BLOCKED", Wait;
    /// A rate limit was reached and its window is longer than the call's time.
    RateLimited = -202, "TE_E_RATE_LIMITED", Wait;
    /// The host name was not found.
    Dns = -300, "TE_E_DNS", Retry;
    /// No connection could be made to the host or to its proxy, or it was cut before TLS was agreed.
    Connect = -301, "TE_E_CONNECT", Retry;
    /// No TLS session: certificate or protocol.
    Tls = -302, "TE_E_TLS", Local;
    /// The proxy refused (HTTP 403 and 407 among others) or is none, or its setting is wrong.
    Proxy = -303, "TE_E_PROXY", Local;
    /// The call's time was over.
    Timeout = -304, "TE_E_TIMEOUT", Retry;
    /// The connection broke.
    Io = -305, "TE_E_IO", Retry;
    /// The answer is not one that the API gives, such as a proxy's web page. It may have been carried out.
    BadResponse = -306, "TE_E_BAD_RESPONSE", Retry;
    /// A fault of the server, or of a gateway before it: HTTP 500 to 599. It may have been carried out.
    Server = -307, "TE_E_SERVER", Retry;
    /// Refused with an HTTP status that has none of its own here, such as 400, 409, 415 or a redirect.
    Http = -400, "TE_E_HTTP", Request;
    /// HTTP 403: the role of the token's user lacks a permission. No verdict on the token.
    Forbidden = -401, "TE_E_FORBIDDEN", Request;
    /// HTTP 404: there is no such resource.
    NotFound = -402, "TE_E_NOT_FOUND", Request;
    /// The body, of the request or of the answer, is larger than the limit.
    TooLarge = -403, "TE_E_TOO_LARGE", Request;
    /// Not sent: the URL is of another origin, and the token is not for it.
    ForeignLink = -404, "TE_E_FOREIGN_LINK", Request;
    /// Not sent: an argument is wrong.
    InvalidArgument = -405, "TE_E_INVALID_ARGUMENT", Request;
    /// The caller cancelled.
    Cancelled = -500, "TE_E_CANCELLED", Local;
    /// Not a live handle of the right kind.
    BadHandle = -501, "TE_E_BAD_HANDLE", Local;
    /// Out of memory.
    NoMemory = -502, "TE_E_NO_MEMORY", Local;
    /// A fault in this library.
    Panic = -503, "TE_E_PANIC", Local;
}

impl Status {
    /// Whether the call succeeded.
    pub const fn is_ok(self) -> bool {
        self as i32 >= 0
    }
}

#[cfg(test)]
mod tests {
    use super::{Kind, Status};

    #[test]
    fn numbers_and_names_are_unique_and_signs_say_success() {
        for (at, status) in Status::ALL.iter().enumerate() {
            for other in &Status::ALL[..at] {
                assert_ne!(*status as i32, *other as i32);
                assert_ne!(status.name(), other.name());
            }
            assert_eq!(status.name().starts_with("TE_E_"), !status.is_ok());
            assert_eq!(status.kind() == Kind::Ok, status.is_ok());
        }
    }
}
