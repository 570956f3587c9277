//! What the integration tests share.

pub mod raw;
pub mod stand_in;
