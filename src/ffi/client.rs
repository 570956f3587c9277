//! Clients, and the functions that make calls.

use std::ffi::{c_char, c_void};
use std::sync::Arc;

use zeroize::Zeroizing;

use super::call::{copy_of, slice, te_call};
use super::handle::{self, Bad, Kind, Object};
use super::options::te_options;
use super::panic::contained;
use super::response::{Outcome, bad_handle, panicked, respond, te_response};
use super::status::{TE_E_PANIC, te_status};
use super::strings::{bytes, c_string, code, invalid, required};
use crate::answer::Answer;
use crate::call::Call;
use crate::client::Client;
use crate::config::Config;
use crate::error::Result;

/// One token at one origin. Freed with te_free; used by many threads at once.
pub struct te_client {
    _private: [u8; 0],
}

/// Given a new token and the time until which it is valid (NULL: not told), both borrowed for the time of the call, on
/// the caller's own thread. Inside, what calls the API or asks the guard is refused.
pub type te_new_token =
    Option<unsafe extern "C" fn(token: *const c_char, valid_until: *const c_char, user: *mut c_void)>;

/// A client, or why it could not be made.
pub(super) struct ClientHandle {
    pub(super) state: Outcome,
    client: Result<Client>,
}

impl ClientHandle {
    pub(super) fn cancel(&self) {
        self.client.as_ref().iter().for_each(|client| client.cancel());
    }
}

fn make(client: Result<Client>) -> *mut te_client {
    let state = Outcome::of(&client);
    Object::Client(Arc::new(ClientHandle { state, client })).into_handle()
}

/// A client for a token. `token` NULL: $TE_TOKEN, else the file $TE_TOKEN_FILE. `options` NULL: defaults. Touches no
/// network. A client that could not be made answers every call with its error; see te_status_of.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn te_client_new(token: *const c_char, options: *const te_options) -> *mut te_client {
    contained(
        || make(Err(panicked())),
        || {
            // SAFETY: the caller gave NULL or a C string.
            let token = unsafe { bytes(token) };
            make(config(options).and_then(|config| Client::from_bytes(token, config)))
        },
    )
}

fn config(options: *const te_options) -> Result<Config> {
    match handle::find(options.cast::<c_void>()) {
        Ok(Object::Options(options)) => options.config(),
        Ok(_) => Err(bad_handle(Bad::Kind)),
        Err(Bad::Null) => Ok(Config::default()),
        Err(bad) => Err(bad_handle(bad)),
    }
}

fn find(client: *const te_client) -> std::result::Result<Arc<ClientHandle>, Bad> {
    match handle::find(client.cast::<c_void>())? {
        Object::Client(client) => Ok(client),
        _ => Err(Bad::Kind),
    }
}

fn with(client: *const te_client, use_it: impl FnOnce(&Client) -> Result<Answer>) -> *mut te_response {
    respond(|| usable(client, use_it))
}

/// Uses the client behind a handle, if it is one that could be made.
pub(super) fn usable<T>(client: *const te_client, use_it: impl FnOnce(&Client) -> Result<T>) -> Result<T> {
    let client = find(client).map_err(bad_handle)?;
    client.client.as_ref().map_err(Clone::clone).and_then(use_it)
}

/// GET a path ("tests", "/tests?max=10", "/v7/tests") or an absolute URL of the same origin. Blocks at most for the
/// client's timeout.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn te_get(client: *const te_client, path: *const c_char) -> *mut te_response {
    // SAFETY: the caller gave NULL or a C string.
    with(client, |client| client.get(unsafe { required(path, "path") }?))
}

/// A call of any method (GET, POST, PUT, PATCH, DELETE) with a JSON body; `body` NULL and `length` 0: none. GET and
/// DELETE take none. A body is at most 64 MiB. Blocks at most for the client's timeout.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn te_request(
    client: *const te_client,
    method: *const c_char,
    path: *const c_char,
    body: *const c_void,
    length: usize,
) -> *mut te_response {
    with(client, |client| {
        // SAFETY: the caller gave NULL or C strings, and a body of that length.
        let (method, path, body) =
            unsafe { (required(method, "method")?, required(path, "path")?, slice(body, length)?) };
        let mut call = Call::new(method, path)?;
        if !body.is_empty() {
            call.body(body, "application/json")?;
        }
        client.perform(&call)
    })
}

/// Makes a call. Blocks at most for the call's timeout, or else for the client's.
#[unsafe(no_mangle)]
pub extern "C" fn te_perform(client: *const te_client, call: *const te_call) -> *mut te_response {
    with(client, |client| client.perform(&copy_of(call)?))
}

/// Ends all calls of a client, present and later, within about 100 ms. For shutdown: there is no way back but a new
/// client. From any thread or signal handler; one handler may cancel at most 64 handles.
#[unsafe(no_mangle)]
pub extern "C" fn te_client_cancel(client: *const te_client) {
    contained(|| (), || handle::cancel(client, Kind::Client));
}

/// A person says: try this token once more now, although it was rejected; a block of this source IP is forgotten too.
/// At most 3 times an hour, then TE_E_TOKEN_REFUSED; where nothing holds the token back it is TE_OK and nothing is used
/// up. Why not is told to the log.
#[unsafe(no_mangle)]
pub extern "C" fn te_client_unblock_token(client: *const te_client) -> te_status {
    contained(
        || TE_E_PANIC,
        || match find(client) {
            Ok(client) => {
                let done = client.client.as_ref().map_err(Clone::clone).and_then(Client::unblock_token);
                done.map_or_else(|error| code(error.status()), |()| 0)
            }
            Err(bad) => code(bad.status()),
        },
    )
}

/// Makes a new token for the user of the client's token (POST /api-tokens), and the client goes on with it; the old one
/// is valid for at most 14 days more. `keep` is given the new token before anything else can fail: it stands nowhere
/// else but in the response's body. `keep` NULL: TE_E_INVALID_ARGUMENT, nothing is sent. `user` is handed to it.
///
/// One request is sent at most, whatever becomes of it. When its answer was lost the message says that a new token may
/// exist that nobody has. TE_E_HTTP with status 409: two tokens of the user are active already.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn te_client_rotate_token(
    client: *const te_client,
    keep: te_new_token,
    user: *mut c_void,
) -> *mut te_response {
    with(client, |client| {
        let keep = keep.ok_or_else(|| invalid("Nobody takes the new token: keep is NULL"))?;
        client.rotate_token(|token, valid_until| {
            let token = Zeroizing::new(c_string(token).into_bytes_with_nul());
            let valid_until = valid_until.map(c_string);
            let until = valid_until.as_ref().map_or(std::ptr::null(), |until| until.as_ptr());
            // SAFETY: the host gave the function and the pointer for it; the texts live during the call.
            unsafe { keep(token.as_ptr().cast(), until, user) }
        })
    })
}

/// What the guard knows of the client's token and of its source IP, as the JSON body of a response. Asks nobody. Its
/// members: docs/c.md, "What is known".
#[unsafe(no_mangle)]
pub extern "C" fn te_client_guard(client: *const te_client) -> *mut te_response {
    with(client, Client::guard)
}
