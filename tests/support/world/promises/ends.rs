//! What the end of a request changes.

use thousandeyes::guard::{Answered, Caller, End, Millis, Report, Ticket};

use super::{Charge, Class, HOUR, MINUTE, Origin, Promises, rest};

impl Promises {
    /// A request that nobody answered counts as a 401, from the time it was given up.
    pub(crate) fn lose(&mut self, caller: &Caller, ticket: Ticket, ago: Millis) {
        let at = self.now - ago;
        let origin = self.origins.entry(caller.scope).or_default();
        let Some((_, class, _)) = origin.wire.remove(&ticket) else { return };
        origin.looked(ticket);
        origin.charges.push(Charge { at, class, lost: Some((ticket, caller.token)) });
        origin.charges.retain(|charge| charge.at > self.now - HOUR);
        let token = self.tokens.entry(caller.token).or_default();
        token.in_doubt = true;
        if let (Some((until, probes)), true) =
            (&mut token.rejected, matches!(class, Class::Probe | Class::Retry) && ticket > token.changed)
        {
            *probes += 1;
            *until = at + rest(token.ever_accepted, *probes);
        }
    }

    pub(crate) fn end(&mut self, caller: &Caller, ticket: Ticket, end: &End) {
        let now = self.now;
        let answered = match end {
            End::Lost => return self.lose(caller, ticket, 0),
            End::NotSent(_) | End::GivenUp => {
                let origin = self.origins.entry(caller.scope).or_default();
                if let Some((_, class, over)) = origin.wire.remove(&ticket) {
                    origin.last_reserve = origin.last_reserve.filter(|_| !over);
                    if origin.looked(ticket) {
                        origin.blocked = Some((now, None));
                    }
                    self.tokens.entry(caller.token).or_default().one_more_try |= class == Class::Unblocked;
                }
                if matches!(end, End::NotSent(_)) {
                    self.tokens.entry(caller.token).or_default().failed = Some((ticket, caller.route));
                }
                return;
            }
            End::Answered(answered) => *answered,
        };
        let origin = self.origins.entry(caller.scope).or_default();
        let looked = origin.looked(ticket);
        let class = origin.wire.remove(&ticket).map(|(_, class, _)| class).or_else(|| {
            let late = origin.charges.iter().position(|c| c.lost.is_some_and(|(lost, _)| lost == ticket))?;
            Some(origin.charges.swap_remove(late).class)
        });
        match answered {
            Answered::Rejected => {
                origin.charges.push(Charge { at: now, class: class.unwrap_or(Class::Untried), lost: None });
                // One read after its loss was taken back again, by an acceptance of its token, has no place of its own.
                if class.is_some() {
                    origin.unauthorized.push(now);
                }
                origin.unauthorized.retain(|&at| at > now - HOUR);
                assert!(origin.unauthorized.len() <= self.budget, "more 401 answers in an hour than the budget");
            }
            Answered::RetryAfter(wait) => origin.retry_after = origin.retry_after.max(now + wait.min(HOUR)),
            Answered::SourceIpBlocked if origin.blocked.is_none() => origin.blocked = Some((now + 2 * MINUTE, None)),
            Answered::SourceIpBlocked if looked => origin.blocked = Some((now + 15 * MINUTE, None)),
            _ => {}
        }
        if looked && matches!(answered, Answered::Accepted | Answered::Rejected) {
            origin.blocked = None;
        }
        let token = self.tokens.entry(caller.token).or_default();
        token.failed = None;
        if ticket <= token.changed {
            return;
        }
        match answered {
            Answered::Accepted => {
                if !token.ever_accepted || token.rejected.is_some() {
                    token.changed = self.latest;
                }
                (token.ever_accepted, token.accepted_at) = (true, self.store_now);
                (token.rejected, token.in_doubt) = (None, false);
                let other =
                    |charge: &Charge| charge.lost.is_none_or(|(lost, of)| of != caller.token || lost > ticket);
                origin.charges.retain(other);
            }
            Answered::Rejected => {
                token.in_doubt = false;
                let probes = match token.rejected {
                    None => {
                        token.changed = self.latest;
                        0
                    }
                    Some((_, probes)) => probes + u32::from(class != Some(Class::Unblocked)),
                };
                token.rejected = Some((now + rest(token.ever_accepted, probes), probes));
            }
            _ => {}
        }
    }

    /// The report says what the promises know.
    pub(crate) fn compare(&self, caller: &Caller, before: &Report, after: &Report, end: &End) {
        let known = self.origins[&caller.scope].charges.len();
        assert!(after.unauthorized_last_hour as usize >= known, "a 401 was forgotten");
        if !self.stepped_back {
            assert_eq!(after.unauthorized_last_hour as usize, known);
        }
        if matches!(end, End::NotSent(_) | End::GivenUp) {
            assert_eq!(before.unauthorized_last_hour, after.unauthorized_last_hour, "nothing was sent");
        }
        let token = &self.tokens[&caller.token];
        assert_eq!(after.token == "rejected", token.rejected.is_some());
        assert_eq!(after.accepted_ms_ago.is_some(), token.ever_accepted);
    }
}

impl Origin {
    /// Whether this request was the look at a blocked address; it is that no more.
    fn looked(&mut self, ticket: Ticket) -> bool {
        match &mut self.blocked {
            Some((_, probe)) if *probe == Some(ticket) => probe.take().is_some(),
            _ => false,
        }
    }
}
