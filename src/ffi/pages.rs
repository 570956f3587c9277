//! Lists, page by page.

use std::ffi::{CString, c_char, c_void};
use std::sync::{Arc, Mutex, PoisonError, TryLockError};

use super::call::{self, te_call};
use super::client::{self, te_client};
use super::handle::{self, Bad, Object};
use super::panic::contained;
use super::response::{bad_handle, deliver, deliver_end, panicked, te_response};
use super::status::{TE_DONE, TE_OK, te_status};
use super::strings::{c_string, code, invalid, required};
use crate::error::{Error, Result};
use crate::pages::Pages;

/// The pages of a list, read one by one. Freed with te_free; lives on when its client and call are freed.
pub struct te_pages {
    _private: [u8; 0],
}

/// Pages behind a handle.
pub(super) struct PagesHandle {
    pages: Mutex<Result<Pages>>,
    told: Mutex<Told>,
}

/// What te_status_of and te_message say.
#[derive(Default)]
struct Told {
    status: te_status,
    message: Option<usize>,
    /// Kept until the handle is freed: another thread may be reading one, against the rules.
    messages: Vec<CString>,
}

impl Told {
    fn note(&mut self, status: te_status, error: Option<&Error>) {
        self.status = status;
        self.message = error.map(|error| {
            let text = c_string(error.message());
            let known = self.messages.iter().position(|known| *known == text);
            known.unwrap_or_else(|| {
                self.messages.push(text);
                self.messages.len() - 1
            })
        });
    }
}

impl PagesHandle {
    fn told(&self) -> std::sync::MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn status(&self) -> te_status {
        self.told().status
    }

    pub(super) fn message(&self) -> *const c_char {
        let told = self.told();
        told.message.and_then(|at| told.messages.get(at)).map_or(c"".as_ptr(), |message| message.as_ptr())
    }

    fn next(&self) -> *mut te_response {
        // Also from inside a callback of the call that is being made.
        let mut pages = match self.pages.try_lock() {
            Ok(pages) => pages,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => {
                return deliver(Err(invalid(
                    "These pages are being read by another call, perhaps on another thread",
                )));
            }
        };
        let next = contained(
            || Some(Err(panicked())),
            || match &mut *pages {
                Ok(pages) => pages.next(),
                Err(error) => Some(Err(error.clone())),
            },
        );
        match &next {
            None => self.told().note(TE_DONE, None),
            Some(Ok(_)) => self.told().note(TE_OK, None),
            Some(Err(error)) => self.told().note(code(error.status()), Some(error)),
        }
        drop(pages);
        next.map_or_else(deliver_end, deliver)
    }
}

fn make(pages: Result<Pages>) -> *mut te_pages {
    let mut told = Told::default();
    if let Err(error) = &pages {
        told.note(code(error.status()), Some(error));
    }
    Object::Pages(Arc::new(PagesHandle { pages: Mutex::new(pages), told: Mutex::new(told) })).into_handle()
}

/// The pages of a list, from a path as te_get takes it. Sends nothing yet. Pages that could not be made answer every
/// te_pages_next with their error; see te_status_of.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn te_pages_new(client: *const te_client, path: *const c_char) -> *mut te_pages {
    contained(
        || make(Err(panicked())),
        || {
            // SAFETY: the caller gave NULL or a C string.
            let path = unsafe { required(path, "path") };
            make(client::usable(client, |client| Ok(client.pages(path?))))
        },
    )
}

/// The pages that begin with a call of GET or POST: the API's filters page through POST. Each page is made with the
/// call's body, headers, account group and time, the first with its query: the links have theirs. The call is copied;
/// te_call_cancel of it ends these pages too.
#[unsafe(no_mangle)]
pub extern "C" fn te_pages_of_call(client: *const te_client, call: *const te_call) -> *mut te_pages {
    contained(
        || make(Err(panicked())),
        || make(client::usable(client, |client| client.pages_of(&call::copy_of(call)?))),
    )
}

/// Reads the next page: TE_OK; after the last TE_DONE, with no body. Loop while the response's te_status_of is at least 0
/// and not TE_DONE. Blocks as te_perform does.
///
/// A page that failed is asked for again by the next te_pages_next, after as long as the failure's
/// te_response_retry_after_ms says, or else 1 s. The third failure in a row is final, and so is a link that leads to
/// another origin or to a page read before: every later call gives the same error, after 1 s.
#[unsafe(no_mangle)]
pub extern "C" fn te_pages_next(pages: *mut te_pages) -> *mut te_response {
    contained(
        || deliver(Err(panicked())),
        || match handle::find(pages.cast_const().cast::<c_void>()) {
            Ok(Object::Pages(pages)) => pages.next(),
            Ok(_) => deliver(Err(bad_handle(Bad::Kind))),
            Err(bad) => deliver(Err(bad_handle(bad))),
        },
    )
}
