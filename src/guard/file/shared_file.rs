//! One open state file, and one step of the rules on it.

use std::fs::{File, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt;

use super::directory::{self, Place};
use super::format;
use super::known::Known;
use super::slots::{Found, Header, MOST, Slots};
use crate::guard::{Caller, Decision, Event, HOUR, Millis, Owner, Report, Ticket};
use crate::identity::random;
use crate::sys::clock::{self, Moment};
use crate::sys::{fork, halt, lock};

/// The byte that is locked during a step; it need not be free of content.
pub(super) const STEP: u64 = 0;
/// Owners lock a byte of their own beyond anything that is ever written.
const OWNERS: std::ops::Range<u64> = 1 << 24..1 << 31;
/// Longer ago than anything that is remembered matters.
const LONGEST_AWAY: Millis = 365 * 24 * HOUR;
/// How often it is checked that the file still has its name.
const LOOK: Millis = 1000;

/// An open state file.
pub(super) struct SharedFile {
    /// `None` when it was abandoned.
    file: Option<File>,
    place: Place,
    owner: Owner,
    slots: Slots,
    bytes: Vec<u8>,
    /// What was read last, brought to this boot's clock.
    header: Option<Header>,
    known: Known,
    /// What is known from a file that was lost, until it stands in this one.
    carried: Option<Known>,
    looked: Millis,
    /// Another process had the lock, so what was read last is old by now.
    is_behind: bool,
}

impl SharedFile {
    /// Opens the file of a place. `carried`: what is known from a file that was lost.
    pub(super) fn open(place: &Place, carried: Option<Known>) -> io::Result<Self> {
        let file = directory::open(place)?;
        let owner = live(&file)?;
        fork::close_in_child(&file);
        let looked = clock::now();
        Ok(Self {
            file: Some(file),
            place: place.clone(),
            owner,
            slots: Slots::new(),
            bytes: Vec::new(),
            header: None,
            known: Known::default(),
            carried,
            looked,
            is_behind: false,
        })
    }

    pub(super) fn owner(&self) -> Owner {
        self.owner
    }

    /// Closes the file, and hands over what was last seen.
    pub(super) fn abandon(&mut self, opened_in: u64) -> Known {
        if let Some(file) = self.file.take() {
            fork::close(file, opened_in);
        }
        let mut known = std::mem::take(&mut self.known);
        if let Some(carried) = self.carried.take() {
            known.absorb(carried);
        }
        known
    }

    /// One step; `None` when another process has the lock.
    pub(super) fn step(&mut self, event: &Event, pending: &mut Vec<Event>) -> io::Result<Option<Decision>> {
        let moment = clock::moment();
        self.look(moment.now)?;
        if let Event::Reserve { caller, waited_for, .. } = event
            && pending.is_empty()
            && self.carried.is_none()
            && let Some(decision) = self.held_back(caller, *waited_for, &moment)?
        {
            return Ok(Some(decision));
        }
        halt::at("before the lock");
        self.is_behind = !lock::try_lock(self.file()?, STEP)?;
        if self.is_behind {
            return Ok(None);
        }
        halt::at("locked");
        let decision = self.locked_step(event, pending, &moment);
        halt::at("written");
        lock::unlock(self.file()?, STEP)?;
        halt::at("unlocked");
        decision.map(Some)
    }

    /// What a reservation is answered without the lock, if it is held back.
    fn held_back(
        &mut self,
        caller: &Caller,
        waited_for: Option<Ticket>,
        moment: &Moment,
    ) -> io::Result<Option<Decision>> {
        let owner = self.owner;
        let ask = |known: &mut Known| known.held_back(caller, owner, waited_for, moment);
        // Most callers may go, as what was read last says as well: the file need not be read twice for them.
        if self.header.is_some() && !self.is_behind && ask(&mut self.known).is_none() || !self.refresh(moment)? {
            return Ok(None);
        }
        match ask(&mut self.known) {
            _ if self.carried.is_some() || self.known.is_new_boot() => Ok(None),
            Some(Decision::Wait(_)) if !self.dead_owners()?.is_empty() => Ok(None),
            decision => Ok(decision),
        }
    }

    fn locked_step(&mut self, event: &Event, pending: &mut Vec<Event>, moment: &Moment) -> io::Result<Decision> {
        // What is begun is written even if the decision changes nothing: those who come later read it.
        let mut changed = !self.refresh(moment)?;
        if changed {
            self.begin(moment)?;
        }
        changed |= self.known.is_new_boot();
        if let Some(carried) = self.carried.take() {
            self.known.absorb(carried);
            changed = true;
        }
        for late in std::mem::take(pending) {
            self.known.apply(&late, moment);
            changed = true;
        }
        let mut decision = self.known.apply(event, moment);
        if matches!(decision, Decision::Wait(_) | Decision::LinedUp) {
            let dead = self.dead_owners()?;
            for &owner in &dead {
                self.known.apply(&Event::Died { owner }, moment);
            }
            if !dead.is_empty() {
                changed = true;
                decision = self.known.apply(event, moment);
            }
        }
        if changed || !matches!(decision, Decision::Wait(_) | Decision::Refuse(_) | Decision::Share(_)) {
            self.write(moment)?;
        }
        Ok(decision)
    }

    /// Brings the state up to date with the file; `false` when the file holds none.
    fn refresh(&mut self, moment: &Moment) -> io::Result<bool> {
        let known = self.header.map(|header| header.sequence);
        let Some(file) = &self.file else { return Err(closed()) };
        let Found::State(header) = self.slots.read(file, known, &mut self.bytes)? else { return Ok(false) };
        if known == Some(header.sequence) {
            return Ok(true);
        }
        if known.is_some() && self.known.salt() != header.salt {
            // Emptied and begun anew by another process, which may know less.
            let mut seen = std::mem::take(&mut self.known);
            if let Some(carried) = self.carried.take() {
                seen.absorb(carried);
            }
            self.carried = Some(seen);
        }
        self.known.state = format::decode(&self.bytes);
        self.known.set_salt(header.salt);
        // Only the wall clock knows how long ago a step in another boot, or on another host, was.
        let ago = moment.wall.saturating_sub(header.wall).clamp(0, LONGEST_AWAY);
        self.known.meet(moment, ago);
        self.header = Some(header);
        Ok(true)
    }

    /// A file without a state: new, emptied or damaged. Under the lock.
    fn begin(&mut self, moment: &Moment) -> io::Result<()> {
        let Some(file) = &self.file else { return Err(closed()) };
        let damaged = self.slots.read(file, None, &mut self.bytes)? == Found::Damaged;
        let sequence = if let Some(header) = self.header {
            // Emptied under way: other processes may have written more than was read here.
            header.sequence
        } else {
            let mut salt = [0; 16];
            salt[..8].copy_from_slice(&random().to_ne_bytes());
            salt[8..].copy_from_slice(&random().to_ne_bytes());
            self.known.set_salt(salt);
            if let Some(carried) = self.carried.take() {
                self.known = carried;
            }
            // A number that no earlier state of this file had, so that nobody takes an old one for it.
            random() >> 16
        };
        self.known.meet(moment, 0);
        if damaged || self.header.is_some() {
            self.known.be_cautious(moment);
        }
        self.header = Some(Header { sequence, ..Header::default() });
        Ok(())
    }

    fn write(&mut self, moment: &Moment) -> io::Result<()> {
        let Some(file) = &self.file else { return Err(closed()) };
        loop {
            self.bytes.clear();
            format::encode(&self.known.state, &mut self.bytes);
            if self.bytes.len() <= MOST || !self.known.state.forget_something() {
                break;
            }
        }
        let header = self.header.get_or_insert_default();
        header.sequence += 1;
        (header.boot, header.wall, header.salt) = (moment.boot, moment.wall, self.known.salt());
        self.slots.write(file, header, &self.bytes)?;
        self.known.is_written();
        Ok(())
    }

    /// A file that was removed or replaced, or whose directory was, protects nobody who comes later: the one in its
    /// place is opened, made if there is none, and what was known goes into it.
    fn look(&mut self, now: Millis) -> io::Result<()> {
        if (now - self.looked).abs() < LOOK {
            return Ok(());
        }
        self.looked = now;
        let held = self.file()?.metadata()?;
        let is_other = |named: Metadata| (named.dev(), named.ino()) != (held.dev(), held.ino());
        // No file of that name is no reason to make one while this one has another: its directory may have been
        // moved, or cannot be seen any more after a change of user or root.
        if held.nlink() > 0 && !directory::metadata(&self.place).is_ok_and(is_other) {
            return Ok(());
        }
        let known = self.abandon(fork::generation());
        match Self::open(&self.place, Some(known.clone())) {
            Ok(anew) => *self = anew,
            Err(error) => {
                self.known = known;
                return Err(error);
            }
        }
        Ok(())
    }

    pub(super) fn report(&mut self, caller: &Caller) -> Report {
        let moment = clock::moment();
        // What cannot be read now is told as it was last seen.
        let _as_it_was = self.refresh(&moment);
        self.known.report(caller, &moment)
    }

    fn dead_owners(&self) -> io::Result<Vec<Owner>> {
        let file = self.file()?;
        let mut dead = Vec::new();
        for owner in self.known.state.owners() {
            if owner != self.owner && !(OWNERS.contains(&owner) && lock::is_locked(file, owner)?) {
                dead.push(owner);
            }
        }
        Ok(dead)
    }

    fn file(&self) -> io::Result<&File> {
        self.file.as_ref().ok_or_else(closed)
    }
}

/// Locks a byte that nobody has: as long as this process lives, or rather its open file.
fn live(file: &File) -> io::Result<Owner> {
    for _ in 0..64 {
        let owner = OWNERS.start + random() % (OWNERS.end - OWNERS.start);
        if lock::try_lock(file, owner)? {
            return Ok(owner);
        }
    }
    Err(io::Error::other("its locks do not work"))
}

fn closed() -> io::Error {
    io::Error::other("the state file is closed")
}
