//! Whether a fault of the server, or of a gateway before it, is worth another try, and after how long.

use std::time::Duration;

use http::Method;

use crate::identity::random;

/// The pause before the second try; it doubles from there, and each is cut by up to a half, so that not everybody who met
/// the fault comes back at once.
const FIRST: u64 = 500;

/// The tries that a call has left.
pub(crate) struct Retries {
    made: u32,
    most: u32,
}

impl Retries {
    pub(crate) fn new(most: u32) -> Self {
        Self { made: 0, most }
    }

    /// The pause before what was answered so is sent again. Only a GET is: anything else may have been carried out.
    /// `asked`: what the answer asks to wait.
    pub(crate) fn pause(&mut self, method: &Method, http_status: u16, asked: Option<Duration>) -> Option<Duration> {
        if *method != Method::GET || !(502..=504).contains(&http_status) || self.made >= self.most {
            return None;
        }
        let longest = FIRST << self.made.min(6);
        self.made += 1;
        let own = Duration::from_millis(longest - random() % (longest / 2));
        Some(asked.unwrap_or_default().max(own))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_get_is_tried_again_after_longer_and_longer_pauses() {
        let mut retries = Retries::new(3);
        for longest in [500, 1000, 2000] {
            let pause = retries.pause(&Method::GET, 503, None).unwrap();
            assert!((longest / 2..=longest).contains(&u64::try_from(pause.as_millis()).unwrap()), "{pause:?}");
        }
        assert_eq!(retries.pause(&Method::GET, 503, None), None);
    }

    #[test]
    fn what_may_have_been_carried_out_is_not_and_what_the_server_asks_for_is_kept() {
        let minute = Duration::from_secs(60);
        assert_eq!(Retries::new(2).pause(&Method::POST, 503, None), None);
        assert_eq!(Retries::new(2).pause(&Method::GET, 500, None), None);
        assert_eq!(Retries::new(0).pause(&Method::GET, 502, None), None);
        assert_eq!(Retries::new(1).pause(&Method::GET, 504, Some(minute)), Some(minute));
    }
}
