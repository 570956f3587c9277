//! The store of everybody who shares a directory: one file, locked for the microseconds of a step, with no daemon.
//!
//! A step locks the file, reads the state, lets the rules decide, writes the state and unlocks. What is held back anyway
//! is told from the file as it is read, without the lock. Each process holds a lock on a byte of its own as long as it
//! lives; that is how the others notice that it died.

mod directory;
mod field;
mod format;
#[cfg(fuzzing)]
pub(crate) mod fuzzing;
mod known;
mod shared_file;
mod slots;
mod sound;

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use self::directory::Place;
use self::known::Known;
use self::shared_file::SharedFile;
use super::{Caller, Decision, Event, Owner, Patience, Report, Stopped, Store};
use crate::sys::fork::{self, Step};
use crate::sys::{clock, futex};

/// The longest that a waiter sleeps before it looks whether another process changed something.
const LOOK: Duration = Duration::from_millis(20);
/// Pauses between tries for the lock.
const PAUSES: (Duration, Duration) = (Duration::from_micros(20), Duration::from_millis(4));
/// The longest pause of one that reports the end of an attempt: others wait for what it says.
const LONGEST_OF_AN_END: Duration = Duration::from_micros(200);
/// How often somebody who tries for the lock is asked whether he still wants it.
const ASK: Duration = Duration::from_millis(20);

/// Shared by all processes that use the same directory.
pub struct FileStore {
    places: Vec<Place>,
    inner: Mutex<Inner>,
    generation: AtomicU64,
    changed: AtomicU32,
    /// Threads that sleep on `changed`: without one, no system call wakes anybody.
    waiting: AtomicU32,
}

struct Inner {
    kept: Kept,
    /// In which process of a family of forks it was opened.
    opened_in: u64,
    /// Ends of attempts that could not be recorded yet.
    pending: Vec<Event>,
}

enum Kept {
    File {
        file: Box<SharedFile>,
        place: Place,
        passed_over: String,
    },
    /// No place can be used, or none any more: the threads of this process are protected, carefully.
    Memory {
        known: Box<Known>,
        why: String,
    },
}

impl FileStore {
    /// The store at a state directory: the option, or what the environment says, or the user's own. `None`: in memory
    /// only, since the setting is empty.
    pub fn open(option: Option<&str>) -> Option<Self> {
        let places = directory::places(option)?;
        let _step = Step::begin();
        let inner = Inner { kept: open(&places, None), opened_in: fork::generation(), pending: Vec::new() };
        Some(Self {
            places,
            inner: Mutex::new(inner),
            generation: AtomicU64::new(0),
            changed: AtomicU32::new(0),
            waiting: AtomicU32::new(0),
        })
    }

    /// The first directory that it would use: stores of the same are one store.
    pub fn name(option: Option<&str>) -> String {
        let first = directory::places(option).and_then(|places| places.into_iter().next());
        first.map_or_else(String::new, |place| place.describe())
    }

    /// Only within a [`Step`], so that no forked child finds the mutex taken.
    fn lock<'a>(&'a self, _: &'a Step) -> MutexGuard<'a, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One try at a step; `None` when another process has the file locked.
    fn attempt(&self, event: &Event) -> Option<Decision> {
        let step = Step::begin();
        let mut inner = self.lock(&step);
        inner.after_fork(&self.places);
        for _ in 0..self.places.len() {
            let Inner { kept: Kept::File { file, .. }, pending, .. } = &mut *inner else { break };
            match file.step(event, pending) {
                Ok(decision) => return decision,
                Err(error) => inner.lose(&self.places, &error),
            }
        }
        let Kept::Memory { known, .. } = &mut inner.kept else { return None };
        let moment = clock::moment();
        known.be_cautious(&moment);
        Some(known.apply(event, &moment))
    }

    fn tell_waiters(&self) {
        self.generation.fetch_add(1, Ordering::SeqCst);
        self.changed.fetch_add(1, Ordering::SeqCst);
        if self.waiting.load(Ordering::SeqCst) > 0 {
            futex::wake(&self.changed);
        }
    }
}

impl Store for FileStore {
    fn step(&self, event: &Event, patience: &dyn Patience) -> Result<Decision, Stopped> {
        let mut pause = PAUSES.0;
        let mut asked = Instant::now();
        loop {
            if let Some(decision) = self.attempt(event) {
                if !matches!(event, Event::Reserve { .. }) {
                    self.tell_waiters();
                }
                return Ok(decision);
            }
            if asked.elapsed() >= ASK {
                asked = Instant::now();
                if let Err(stopped) = patience.left() {
                    let Event::Finish { caller, .. } = event else { return Err(stopped) };
                    // Recorded with the next step; what was known before is told as it was last seen.
                    let step = Step::begin();
                    self.lock(&step).pending.push(event.clone());
                    drop(step);
                    let accepted_ago = self.report(caller).accepted_ms_ago;
                    return Ok(Decision::Noted { accepted_ago, next_try_in: None });
                }
            }
            std::thread::sleep(pause);
            let longest = if matches!(event, Event::Finish { .. }) { LONGEST_OF_AN_END } else { PAUSES.1 };
            pause = (pause * 2).min(longest);
        }
    }

    fn owner(&self) -> Owner {
        let step = Step::begin();
        let mut inner = self.lock(&step);
        inner.after_fork(&self.places);
        match &inner.kept {
            Kept::File { file, .. } => file.owner(),
            Kept::Memory { .. } => 0,
        }
    }

    fn wait(&self, seen: u64, longest: Duration) {
        // First of all, so that whoever changes something from here on wakes this thread or is seen by it.
        self.waiting.fetch_add(1, Ordering::SeqCst);
        let changed = self.changed.load(Ordering::SeqCst);
        if self.generation() == seen {
            futex::wait(&self.changed, changed, longest.min(LOOK));
        }
        self.waiting.fetch_sub(1, Ordering::SeqCst);
    }

    fn generation(&self) -> u64 {
        self.generation.load(Ordering::SeqCst)
    }

    fn report(&self, caller: &Caller) -> Report {
        let step = Step::begin();
        let mut inner = self.lock(&step);
        inner.after_fork(&self.places);
        match &mut inner.kept {
            Kept::File { file, .. } => file.report(caller),
            Kept::Memory { known, .. } => {
                let moment = clock::moment();
                known.be_cautious(&moment);
                known.report(caller, &moment)
            }
        }
    }

    fn is_shared(&self) -> bool {
        let step = Step::begin();
        matches!(self.lock(&step).kept, Kept::File { .. })
    }

    fn complaint(&self) -> Option<String> {
        let (_, state) = self.describe();
        let step = Step::begin();
        match &self.lock(&step).kept {
            Kept::File { place, .. } => {
                let named = self.places.first().filter(|first| first.named && *first != place);
                named.map(|_| {
                    format!(
                        "Guard state: {state}. Programs that use the directory that was named know nothing of it."
                    )
                })
            }
            Kept::Memory { .. } => {
                Some(format!("Guard state: memory, {state}. Each new process may send a dead token once more."))
            }
        }
    }

    fn describe(&self) -> (&'static str, String) {
        let step = Step::begin();
        match &self.lock(&step).kept {
            Kept::File { place, passed_over, .. } => {
                let kind = if place.named { "shared" } else { "private" };
                (kind, format!("{}{passed_over}", place.describe()))
            }
            Kept::Memory { why, .. } => {
                ("memory", format!("shared by the threads of this process only, since no directory can be used{why}"))
            }
        }
    }
}

impl Drop for FileStore {
    fn drop(&mut self) {
        let _step = Step::begin();
        let inner = self.inner.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let Kept::File { file, .. } = &mut inner.kept {
            file.abandon(inner.opened_in);
        }
    }
}

impl Inner {
    /// A child has lost its copy of the file with its parent's locks; it opens its own. What its parent has on the wire
    /// is not the child's to wait for.
    fn after_fork(&mut self, places: &[Place]) {
        if self.opened_in == fork::generation() {
            return;
        }
        self.pending.clear();
        let opened_in = std::mem::replace(&mut self.opened_in, fork::generation());
        match &mut self.kept {
            Kept::File { file, .. } => {
                file.abandon(opened_in);
                self.kept = open(places, None);
            }
            Kept::Memory { known, .. } => known.state.leave_all(),
        }
    }

    /// The file cannot be used any more: what was last seen is carried to the next place that can.
    fn lose(&mut self, places: &[Place], error: &std::io::Error) {
        let Kept::File { file, place, .. } = &mut self.kept else { return };
        let seen = file.abandon(self.opened_in);
        let left = places.iter().filter(|other| *other != place).cloned().collect::<Vec<_>>();
        let gone = format!("; {} can no longer be used: {error}", place.describe());
        self.kept = match open(&left, Some(seen)) {
            Kept::File { file, place, passed_over } => {
                Kept::File { file, place, passed_over: format!("{gone}{passed_over}") }
            }
            Kept::Memory { known, why, .. } => Kept::Memory { known, why: format!("{gone}{why}") },
        };
    }
}

/// Opens the first place that can be used.
fn open(places: &[Place], carried: Option<Known>) -> Kept {
    let mut passed_over = String::new();
    for place in places {
        match SharedFile::open(place, carried.clone()) {
            Ok(file) => return Kept::File { file: Box::new(file), place: place.clone(), passed_over },
            Err(error) => {
                use std::fmt::Write;
                // Writing to a string does not fail.
                let _ = write!(passed_over, "; not {}: {error}", place.describe());
            }
        }
    }
    Kept::Memory { known: Box::new(carried.unwrap_or_default()), why: passed_over }
}
