//! What may happen in the world, at random.

use proptest::prelude::*;
use thousandeyes::Status;
use thousandeyes::guard::{Answered, End, Failure, Millis, Owner};

use super::{HOUR, MINUTE, OWNERS, TOKENS};

/// What happens next. Places are taken modulo what there is.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// So many callers of one token ask at once.
    Ask { token: usize, route: u64, callers: usize, lasts: Millis },
    /// A waiting caller asks again.
    AskAgain(usize),
    /// Everybody who waits asks again.
    AllAskAgain,
    /// The API answers a request.
    Answer(usize),
    /// Something else answers it: a proxy, a rate limit, a block.
    AnswerOther(usize, Answered),
    /// A request ends without an answer.
    End(usize, End),
    /// A caller is suspended: nobody ends its request.
    Abandon(usize),
    /// A process dies with all its callers, and that is noticed.
    Die(Owner),
    /// An abandoned request is answered after all.
    LateAnswer(usize),
    /// Time passes.
    Pass(Millis),
    /// The clock steps back.
    Back(Millis),
    /// A token changes its standing at the API.
    Turn(usize, bool),
    /// A person unblocks a token.
    Unblock(usize),
}

pub(crate) fn step() -> impl Strategy<Value = Step> {
    let place = 0..1000_usize;
    let failure = || Failure { status: Status::Connect, text: "refused".to_owned() };
    let other = prop_oneof![
        5 => Just(Answered::Nothing),
        2 => Just(Answered::Accepted),
        1 => (0..2 * HOUR).prop_map(Answered::RetryAfter),
        1 => Just(Answered::SourceIpBlocked),
    ];
    let end = prop_oneof![Just(End::Lost), Just(End::GivenUp), Just(End::NotSent(failure()))];
    let callers = prop_oneof![4 => Just(1_usize), 1 => 2..60_usize];
    let lasts = prop_oneof![3 => Just(2 * MINUTE), 1 => 0..2 * HOUR];
    let time = prop_oneof![6 => 0..3000_i64, 3 => 0..20 * MINUTE, 1 => 0..3 * HOUR];
    prop_oneof![
        12 => (0..TOKENS, 0..2_u64, callers, lasts)
            .prop_map(|(token, route, callers, lasts)| Step::Ask { token, route, callers, lasts }),
        8 => place.clone().prop_map(Step::AskAgain),
        1 => Just(Step::AllAskAgain),
        14 => place.clone().prop_map(Step::Answer),
        2 => (place.clone(), other).prop_map(|(at, answered)| Step::AnswerOther(at, answered)),
        2 => (place.clone(), end).prop_map(|(at, end)| Step::End(at, end)),
        1 => place.clone().prop_map(Step::Abandon),
        1 => place.clone().prop_map(Step::LateAnswer),
        1 => (0..OWNERS).prop_map(Step::Die),
        8 => time.prop_map(Step::Pass),
        1 => (0..2 * HOUR).prop_map(Step::Back),
        1 => (0..TOKENS, any::<bool>()).prop_map(|(token, good)| Step::Turn(token, good)),
        1 => (0..TOKENS).prop_map(Step::Unblock),
    ]
}

/// One good token in a hurry, for the rate limits: everything that is sent is answered.
pub(crate) fn brisk() -> impl Strategy<Value = Step> {
    let place = 0..1000_usize;
    let failure = || Failure { status: Status::Connect, text: "refused".to_owned() };
    prop_oneof![
        4 => (1..20_usize).prop_map(|callers| Step::Ask { token: 0, route: 0, callers, lasts: MINUTE }),
        2 => Just(Step::AllAskAgain),
        16 => place.clone().prop_map(Step::Answer),
        8 => (place.clone(), prop_oneof![Just(End::GivenUp), Just(End::NotSent(failure()))])
            .prop_map(|(at, end)| Step::End(at, end)),
        4 => (0..6000_i64).prop_map(Step::Pass),
    ]
}
