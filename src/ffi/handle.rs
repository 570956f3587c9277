//! Handles are tickets of a table: slot, generation and kind in the shape of a pointer. A wrong one is found out.

use std::ffi::{CStr, c_void};
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard, TryLockError};

use super::call::CallHandle;
use super::client::ClientHandle;
use super::options::OptionsHandle;
use super::pages::PagesHandle;
use super::response::ResponseHandle;
use crate::status::Status;
use crate::sys::fork::{self, Step};

/// What a ticket stands for.
#[derive(Clone)]
pub(super) enum Object {
    Client(Arc<ClientHandle>),
    Response(Arc<ResponseHandle>),
    Options(Arc<OptionsHandle>),
    Call(Arc<CallHandle>),
    Pages(Arc<PagesHandle>),
}

/// Why a handle is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bad {
    Null,
    Cut,
    Kind,
    Dead,
    /// The handle that stands for "no memory for a handle".
    NoMemory,
}

impl Bad {
    pub(super) fn status(self) -> Status {
        if self == Self::NoMemory { Status::NoMemory } else { Status::BadHandle }
    }

    pub(super) fn message(self) -> &'static CStr {
        match self {
            Self::Null => c"The handle is NULL. Nothing was sent.",
            Self::Cut => c"The handle was cut to 32 bits: it was stored as an int. In Python set restype = c_void_p and argtypes for every function (ctypes assumes int). Nothing was sent.",
            Self::Kind => c"The handle is of another kind than this function takes. Nothing was sent.",
            Self::Dead => c"The handle is not a live one of this library: it was freed, or never made. This call sent nothing.",
            Self::NoMemory => c"There was no memory for a handle. If it was a call, it may have been sent.",
        }
    }
}

const GENERATION_SHIFT: u32 = usize::BITS / 2;
const SLOT_SHIFT: u32 = 4;
const SLOTS: usize = 1 << (GENERATION_SHIFT - SLOT_SHIFT);
/// The top bit stays clear: a cut handle, sign-extended, cannot look like a whole one.
const GENERATIONS: usize = 1 << (usize::BITS - GENERATION_SHIFT - 1);
/// Odd and of no kind: never a real ticket, never an address.
const NO_MEMORY: usize = (1 << GENERATION_SHIFT) | 0xf;

struct Slot {
    generation: usize,
    object: Option<Object>,
}

struct Table {
    slots: Vec<Slot>,
    free: Vec<usize>,
    live: usize,
}

/// Locked within a step only, so that no forked child finds it taken.
static TABLE: RwLock<Table> = RwLock::new(Table { slots: Vec::new(), free: Vec::new(), live: 0 });

fn for_reading(_: &Step) -> RwLockReadGuard<'_, Table> {
    TABLE.read().unwrap_or_else(PoisonError::into_inner)
}

fn for_writing(_: &Step) -> RwLockWriteGuard<'_, Table> {
    TABLE.write().unwrap_or_else(PoisonError::into_inner)
}

/// Bits 1 to 3 of a ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Client = 1,
    Response = 2,
    Options = 3,
    Call = 4,
    Pages = 5,
}

impl Kind {
    fn marks(self, ticket: usize) -> bool {
        ticket & 0xf == (self as usize) << 1 | 1
    }
}

impl Object {
    fn kind(&self) -> Kind {
        match self {
            Self::Client(_) => Kind::Client,
            Self::Response(_) => Kind::Response,
            Self::Options(_) => Kind::Options,
            Self::Call(_) => Kind::Call,
            Self::Pages(_) => Kind::Pages,
        }
    }

    /// Puts the object into the table. The result is never NULL.
    pub(super) fn into_handle<T>(self) -> *mut T {
        let ticket = {
            let step = Step::begin();
            fork::afterwards(cancel_pending);
            for_writing(&step).insert(self)
        };
        cancel_pending();
        std::ptr::without_provenance_mut(ticket)
    }
}

impl Table {
    fn insert(&mut self, object: Object) -> usize {
        let kind = object.kind();
        let slot = match self.free.pop() {
            Some(slot) => slot,
            None if self.slots.len() < SLOTS
                && self.slots.try_reserve(1).is_ok()
                && self.free.try_reserve(1).is_ok() =>
            {
                // A start that nobody can guess, so that an invented handle hits nothing.
                let start = usize::try_from(RandomState::new().hash_one(0) % (GENERATIONS as u64 / 2)).unwrap_or(0);
                self.slots.push(Slot { generation: start, object: None });
                self.slots.len() - 1
            }
            None => return NO_MEMORY,
        };
        let entry = &mut self.slots[slot];
        entry.generation = entry.generation % (GENERATIONS - 1) + 1;
        entry.object = Some(object);
        self.live += 1;
        (entry.generation << GENERATION_SHIFT) | (slot << SLOT_SHIFT) | ((kind as usize) << 1) | 1
    }

    fn find(&self, ticket: usize) -> Result<&Object, Bad> {
        let slot = self.slots.get((ticket >> SLOT_SHIFT) & (SLOTS - 1)).ok_or(Bad::Dead)?;
        let object = slot.object.as_ref().filter(|_| slot.generation == ticket >> GENERATION_SHIFT);
        object.filter(|object| object.kind().marks(ticket)).ok_or(Bad::Dead)
    }
}

/// Looks a handle up. The object lives on while the result does, even if another thread frees the handle.
pub(super) fn find<T>(handle: *const T) -> Result<Object, Bad> {
    let ticket = handle.addr();
    if let Some(bad) = obviously_bad(ticket) {
        return Err(bad);
    }
    let step = Step::begin();
    for_reading(&step).find(ticket).cloned()
}

fn obviously_bad(ticket: usize) -> Option<Bad> {
    let high = ticket >> GENERATION_SHIFT;
    match ticket {
        0 => Some(Bad::Null),
        NO_MEMORY => Some(Bad::NoMemory),
        _ if (high == 0 || high == usize::MAX >> GENERATION_SHIFT) && ticket & 1 == 1 => Some(Bad::Cut),
        _ if ticket & 1 == 0 => Some(Bad::Dead),
        _ => None,
    }
}

/// Frees any handle; what is none is left alone.
pub(super) fn free(handle: *mut c_void) {
    let ticket = handle.addr();
    if obviously_bad(ticket).is_some() {
        return;
    }
    let step = Step::begin();
    let mut table = for_writing(&step);
    if table.find(ticket).is_err() {
        return;
    }
    let slot = (ticket >> SLOT_SHIFT) & (SLOTS - 1);
    let object = table.slots[slot].object.take();
    table.free.push(slot);
    table.live -= 1;
    // Destroyed outside of the lock: a client closes its connections.
    drop(table);
    drop(step);
    cancel_pending();
    drop(object);
}

/// Tickets to cancel, left here while the table was being changed.
static PENDING: [AtomicUsize; 64] = [const { AtomicUsize::new(0) }; 64];

/// Cancels a client or a call. A signal handler may do so: it waits for no lock, since the thread it interrupted may
/// hold that lock, and it allocates and frees nothing.
pub(super) fn cancel<T>(handle: *const T, kind: Kind) {
    let ticket = handle.addr();
    if !kind.marks(ticket) || obviously_bad(ticket).is_some() {
        return;
    }
    for place in &PENDING {
        match place.compare_exchange(0, ticket, Ordering::SeqCst, Ordering::SeqCst) {
            Err(other) if other != ticket => {}
            _ => break,
        }
    }
    cancel_pending();
}

/// Cancels what [`cancel`] left. When the table is being changed, or this process forks, whoever does so comes here
/// afterwards.
fn cancel_pending() {
    if PENDING.iter().all(|place| place.load(Ordering::SeqCst) == 0) {
        return;
    }
    let Some(_step) = Step::try_begin() else { return };
    let table = match TABLE.try_read() {
        Ok(table) => table,
        Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
        Err(TryLockError::WouldBlock) => return,
    };
    for place in &PENDING {
        match table.find(place.swap(0, Ordering::SeqCst)) {
            Ok(Object::Client(client)) => client.cancel(),
            Ok(Object::Call(call)) => call.cancel(),
            _ => {}
        }
    }
}

/// How many handles are alive.
pub(super) fn live() -> usize {
    let step = Step::begin();
    for_reading(&step).live
}

#[cfg(test)]
mod tests {
    use super::NO_MEMORY;
    use crate::ffi::status::TE_E_NO_MEMORY;
    use crate::ffi::{call, client, object, options};

    #[test]
    fn a_handle_for_which_there_was_no_memory_says_so_everywhere() {
        let handle = std::ptr::without_provenance_mut(NO_MEMORY);
        assert_eq!(object::te_status_of(handle), TE_E_NO_MEMORY);
        assert_eq!(options::te_options_set_body_limit(handle.cast(), 1), TE_E_NO_MEMORY);
        assert_eq!(call::te_call_set_timeout_ms(handle.cast(), 1), TE_E_NO_MEMORY);
        assert_eq!(client::te_client_unblock_token(handle.cast()), TE_E_NO_MEMORY);
        let response = client::te_client_guard(handle.cast());
        assert_eq!(object::te_status_of(response.cast()), TE_E_NO_MEMORY);
        object::te_free(response.cast());
    }
}
