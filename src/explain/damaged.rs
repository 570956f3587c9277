//! A success whose body is not what it says.

use super::asked::Asked;
use crate::answer::Answer;
use crate::error::Error;
use crate::status::Status;

/// The error for a body that says it is JSON and is not; the answer stays in it.
pub(crate) fn not_json(answer: Answer, asked: &Asked, why: &str) -> Error {
    let text = format!(
        "{}: the answer (HTTP {}) is not the JSON it says it is; it may be cut off or damaged on the way: {why}. {}",
        asked.what(),
        answer.http_status(),
        asked.again()
    );
    Error::new(Status::BadResponse, text).answer(answer)
}
