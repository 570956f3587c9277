//! A token as a client uses it: what is sent, what the guard knows it by, and how it is replaced while calls go on.

use std::sync::{Arc, Mutex, PoisonError};

use http::header::HeaderValue;
use zeroize::Zeroizing;

use crate::error::{Error, Result};
use crate::guard::Guard;
use crate::status::Status;
use crate::sys::fork::Step;
use crate::token::Token;

/// One token.
pub(crate) struct Credentials {
    token: Token,
    authorization: HeaderValue,
    guard: Guard,
}

impl Credentials {
    pub(crate) fn new(token: Token, guard: Guard) -> Result<Self> {
        let text = Zeroizing::new(format!("Bearer {}", token.as_str()));
        let mut authorization = HeaderValue::try_from(text.as_str())
            .map_err(|_| Error::new(Status::BadToken, "The token cannot be sent in a header. Nothing was sent."))?;
        authorization.set_sensitive(true);
        Ok(Self { token, authorization, guard })
    }

    pub(crate) fn token(&self) -> &Token {
        &self.token
    }

    pub(crate) fn authorization(&self) -> &HeaderValue {
        &self.authorization
    }

    pub(crate) fn guard(&self) -> &Guard {
        &self.guard
    }
}

/// The credentials that calls begin with. A call goes on with those that it began with.
pub(crate) struct Current(Mutex<Arc<Credentials>>);

impl Current {
    pub(crate) fn new(credentials: Credentials) -> Self {
        Self(Mutex::new(Arc::new(credentials)))
    }

    pub(crate) fn get(&self) -> Arc<Credentials> {
        // So that no forked child finds the mutex taken.
        let _step = Step::begin();
        Arc::clone(&self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn replace(&self, credentials: Credentials) {
        let fresh = Arc::new(credentials);
        let _step = Step::begin();
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = fresh;
    }
}
