//! Settings from the environment: text, or an error that names the variable.

use crate::error::{Error, Result};
use crate::status::Status;

/// The variable's value without outer white space; `None` when it is not set or empty.
pub(crate) fn variable(name: &str) -> Result<Option<String>> {
    let Some(value) = std::env::var_os(name) else { return Ok(None) };
    let Some(text) = value.to_str() else {
        let why =
            format!("The environment variable {name} is not UTF-8. Nothing was sent. Set it anew, or unset it.");
        return Err(Error::new(Status::InvalidArgument, why));
    };
    let text = text.trim();
    Ok((!text.is_empty()).then(|| text.to_owned()))
}
