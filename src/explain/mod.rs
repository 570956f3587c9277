//! The one line that a person reads: what happened, whether anything was sent, what to do next.

mod answered;
mod asked;
mod broken;
mod damaged;
mod denied;
mod items;
mod page;
mod permissions;
mod problem;
mod too_many;
mod unauthorized;
mod words;

use std::time::Duration;

pub(crate) use answered::answer;
pub(crate) use asked::Asked;
pub(crate) use broken::broken;
pub(crate) use damaged::not_json;
pub(crate) use denied::denied;
pub(crate) use items::told;

fn millis(millis: i64) -> Duration {
    Duration::from_millis(millis.max(0).unsigned_abs())
}
