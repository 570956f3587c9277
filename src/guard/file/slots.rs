//! Two copies of the state in one file, each with a checksum. A step overwrites the older one, so that a process that
//! dies while it writes leaves the other.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

/// The beginning of a copy: its header and as much of the state as fits, so that one read finds both copies.
const BLOCK: usize = 4096;
/// What does not fit lies behind both, in a place of its own for each copy.
const OVERFLOW: usize = 128 * 1024;
/// The whole file, written out beforehand: a disk that fills up later does no harm.
pub(super) const FILE_SIZE: u64 = (2 * (BLOCK + OVERFLOW)) as u64;

const HEADER: usize = 72;
const INLINE: usize = BLOCK - HEADER;
/// The largest state.
pub(super) const MOST: usize = INLINE + OVERFLOW;
const MAGIC: [u8; 8] = *b"TEguard1";

/// What one copy says besides the state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Header {
    /// Grows by one with every step.
    pub(super) sequence: u64,
    /// The boot in which it was written.
    pub(super) boot: [u8; 16],
    /// The wall clock when it was written, in milliseconds since 1970.
    pub(super) wall: i64,
    /// Makes fingerprints that mean nothing elsewhere.
    pub(super) salt: [u8; 16],
}

/// What a file holds.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// Nothing was ever written.
    Nothing,
    /// Something, and no copy of it is whole.
    Damaged,
    /// The newest whole copy; its state is in the buffer.
    State(Header),
}

/// The buffers of one open file, kept so that a step allocates nothing.
pub(super) struct Slots {
    blocks: Vec<u8>,
    out: Vec<u8>,
}

impl Slots {
    pub(super) fn new() -> Self {
        Self { blocks: vec![0; 2 * BLOCK], out: Vec::with_capacity(BLOCK) }
    }

    /// Reads the newest whole copy. `known`: a sequence whose state the caller has; it is not read again.
    pub(super) fn read(&mut self, file: &File, known: Option<u64>, state: &mut Vec<u8>) -> io::Result<Found> {
        let read = read_all(file, &mut self.blocks)?;
        self.blocks[read..].fill(0);
        let mut copies = [0, 1].map(|copy| (copy, parse(self.block(copy))));
        copies.sort_by_key(|(_, parsed)| std::cmp::Reverse(parsed.map_or(0, |(header, ..)| header.sequence)));
        for (copy, parsed) in copies {
            let Some((header, length, checksum)) = parsed else { continue };
            let block = self.block(copy);
            state.clear();
            state.extend_from_slice(&block[HEADER..HEADER + length.min(INLINE)]);
            // What was read at once is checked again all the same: it may have been damaged since.
            if known == Some(header.sequence) && (length > INLINE || check(&block[..HEADER - 4], state) == checksum) {
                return Ok(Found::State(header));
            }
            if length > INLINE {
                state.resize(length, 0);
                let read = read_at(file, &mut state[INLINE..], overflow_at(copy))?;
                state.truncate(INLINE + read);
            }
            if state.len() == length && check(&block[..HEADER - 4], state) == checksum {
                return Ok(Found::State(header));
            }
        }
        let nothing = self.blocks.iter().all(|&byte| byte == 0);
        Ok(if nothing { Found::Nothing } else { Found::Damaged })
    }

    fn block(&self, copy: usize) -> &[u8] {
        &self.blocks[copy * BLOCK..][..BLOCK]
    }

    /// Writes a state over the older copy.
    pub(super) fn write(&mut self, file: &File, header: &Header, state: &[u8]) -> io::Result<()> {
        let copy = usize::from(header.sequence % 2 == 1);
        let (inline, overflow) = state.split_at(state.len().min(INLINE));
        if overflow.len() > OVERFLOW {
            return Err(io::Error::other("the state is too large"));
        }
        // The header comes last: without it the rest is nothing.
        if !overflow.is_empty() {
            file.write_all_at(overflow, overflow_at(copy))?;
        }
        let out = &mut self.out;
        out.clear();
        out.extend_from_slice(&MAGIC);
        out.extend_from_slice(&header.sequence.to_le_bytes());
        out.extend_from_slice(&header.boot);
        out.extend_from_slice(&header.wall.to_le_bytes());
        out.extend_from_slice(&header.salt);
        out.extend_from_slice(&(state.len() as u64).to_le_bytes());
        out.extend_from_slice(&[0; 4]);
        let checksum = check(out, state);
        out.extend_from_slice(&checksum.to_le_bytes());
        out.extend_from_slice(inline);
        let at = (copy * BLOCK) as u64;
        #[cfg(feature = "test-hooks")]
        {
            // As if the process died in the middle of the write.
            file.write_all_at(&out[..HEADER / 2], at)?;
            crate::sys::halt::at("half written");
        }
        file.write_all_at(out, at)
    }
}

fn overflow_at(copy: usize) -> u64 {
    (2 * BLOCK + copy * OVERFLOW) as u64
}

fn read_all(file: &File, buffer: &mut [u8]) -> io::Result<usize> {
    read_at(file, buffer, 0)
}

/// As much as there is.
fn read_at(file: &File, buffer: &mut [u8], at: u64) -> io::Result<usize> {
    let mut read = 0;
    while read < buffer.len() {
        match file.read_at(&mut buffer[read..], at + read as u64) {
            Ok(0) => break,
            Ok(more) => read += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(read)
}

fn check(header: &[u8], state: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(header);
    hasher.update(state);
    hasher.finalize()
}

/// More steps than can be made: there is no next number after a greater one.
const MOST_STEPS: u64 = 1 << 62;

/// Header, length of the state and checksum.
fn parse(block: &[u8]) -> Option<(Header, usize, u32)> {
    let field = |at: usize| <[u8; 8]>::try_from(&block[at..at + 8]).ok();
    let long = |at: usize| <[u8; 16]>::try_from(&block[at..at + 16]).ok();
    if block[..8] != MAGIC {
        return None;
    }
    let header = Header {
        sequence: u64::from_le_bytes(field(8)?),
        boot: long(16)?,
        wall: i64::from_le_bytes(field(32)?),
        salt: long(40)?,
    };
    if header.sequence > MOST_STEPS {
        return None;
    }
    let length = usize::try_from(u64::from_le_bytes(field(56)?)).ok().filter(|&length| length <= MOST)?;
    let checksum = u32::from_le_bytes(block[HEADER - 4..HEADER].try_into().ok()?);
    Some((header, length, checksum))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file() -> File {
        let path =
            std::env::temp_dir().join(format!("te-slots-{}-{:x}", std::process::id(), crate::identity::random()));
        let file = File::options().read(true).write(true).create_new(true).open(&path).unwrap();
        std::fs::remove_file(path).unwrap();
        file.set_len(FILE_SIZE).unwrap();
        file
    }

    fn header(sequence: u64) -> Header {
        Header { sequence, boot: [1; 16], wall: 2, salt: [3; 16] }
    }

    fn read(file: &File) -> (Found, Vec<u8>) {
        let mut state = Vec::new();
        let found = Slots::new().read(file, None, &mut state).unwrap();
        (found, state)
    }

    #[test]
    fn the_newest_copy_is_read_whatever_its_size() {
        let file = file();
        assert_eq!(read(&file).0, Found::Nothing);
        for (sequence, size) in [(1, 0), (2, 100), (3, INLINE), (4, INLINE + 1), (5, MOST), (6, 7)] {
            let state: Vec<u8> = (0..size).map(|at| u8::try_from(at % 251).unwrap()).collect();
            Slots::new().write(&file, &header(sequence), &state).unwrap();
            assert_eq!(read(&file), (Found::State(header(sequence)), state));
        }
        assert!(Slots::new().write(&file, &header(7), &vec![0; MOST + 1]).is_err());
    }

    #[test]
    fn a_flipped_bit_anywhere_leaves_the_other_copy() {
        let file = file();
        Slots::new().write(&file, &header(1), b"one").unwrap();
        Slots::new().write(&file, &header(2), b"the other").unwrap();
        for at in 0..(2 * BLOCK) as u64 {
            let mut byte = [0];
            file.read_exact_at(&mut byte, at).unwrap();
            file.write_all_at(&[byte[0] ^ 1], at).unwrap();
            let (found, state) = read(&file);
            let old = found == Found::State(header(1)) && state == b"one";
            let new = found == Found::State(header(2)) && state == b"the other";
            assert!(old || new, "{found:?} after a flip at {at}");
            file.write_all_at(&byte, at).unwrap();
        }
    }

    #[test]
    fn two_broken_copies_are_damage_and_not_nothing() {
        let file = file();
        Slots::new().write(&file, &header(1), b"one").unwrap();
        Slots::new().write(&file, &header(2), b"the other").unwrap();
        file.write_all_at(b"x", 20).unwrap();
        file.write_all_at(b"x", BLOCK as u64 + 20).unwrap();
        assert_eq!(read(&file).0, Found::Damaged);
    }
}
