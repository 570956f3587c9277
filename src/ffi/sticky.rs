//! What setters change, until one of them fails.

use std::ffi::{CString, c_char};

use super::status::{TE_OK, te_status};
use super::strings::{c_string, code};
use crate::error::{Error, Result};

/// What setters have a first failure of: it sticks, and who uses the handle inherits it.
pub(super) struct Sticky<T> {
    value: T,
    failed: Option<(Error, CString)>,
}

impl<T> Sticky<T> {
    pub(super) fn new(made: Result<T>, otherwise: impl FnOnce() -> T) -> Self {
        let mut sticky = match made {
            Ok(value) => return Self { value, failed: None },
            Err(error) => (error, Self { value: otherwise(), failed: None }),
        };
        sticky.1.fail(sticky.0);
        sticky.1
    }

    fn fail(&mut self, error: Error) {
        let message = c_string(error.message());
        self.failed = Some((error, message));
    }

    /// After a failure nothing changes any more, and every setter returns it.
    pub(super) fn set(&mut self, change: impl FnOnce(&mut T) -> Result<()>) -> te_status {
        if self.failed.is_none()
            && let Err(error) = change(&mut self.value)
        {
            self.fail(error);
        }
        self.status()
    }

    pub(super) fn value(&self) -> Result<&T> {
        self.failed.as_ref().map_or(Ok(&self.value), |(error, _)| Err(error.clone()))
    }

    pub(super) fn status(&self) -> te_status {
        self.failed.as_ref().map_or(TE_OK, |(error, _)| code(error.status()))
    }

    /// Lives as long as the handle: the first failure never changes.
    pub(super) fn message(&self) -> *const c_char {
        self.failed.as_ref().map_or(c"".as_ptr(), |(_, message)| message.as_ptr())
    }
}
