//! How long a rejected token rests before it is probed again.

use super::{HOUR, MINUTE, Millis};

const DAY: Millis = 24 * HOUR;
/// The first probe of a token that was never accepted; it doubles from there to a day.
const FIRST_PROBE: Millis = 15 * MINUTE;
/// Probes of a token that worked before: it may come back soon.
const PROBES_ONCE_ACCEPTED: [Millis; 5] = [MINUTE, 5 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR];

/// The rest after `probes` unsuccessful probes (0: after the first rejection).
pub(super) fn rest(was_accepted: bool, probes: u32) -> Millis {
    let step = probes as usize;
    if was_accepted {
        PROBES_ONCE_ACCEPTED[step.min(PROBES_ONCE_ACCEPTED.len() - 1)]
    } else {
        FIRST_PROBE.saturating_mul(1 << step.min(7)).min(DAY)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn never_accepted_doubles_to_a_day() {
        let minutes: Vec<_> = (0..9).map(|n| rest(false, n) / MINUTE).collect();
        assert_eq!(minutes, [15, 30, 60, 120, 240, 480, 960, 1440, 1440]);
    }

    #[test]
    fn once_accepted_every_hour_in_the_end() {
        let minutes: Vec<_> = (0..7).map(|n| rest(true, n) / MINUTE).collect();
        assert_eq!(minutes, [1, 5, 15, 30, 60, 60, 60]);
    }
}
