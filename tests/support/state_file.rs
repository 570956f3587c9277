//! The bytes of a state file, as `src/guard/file/slots.rs` lays them out.

use std::fs;
use std::ops::Range;
use std::path::PathBuf;

use super::client::Directory;

pub const BLOCK: usize = 4096;
pub const HEADER: usize = 72;
pub const SALT: Range<usize> = 40..56;

/// A state file in memory.
#[derive(Clone)]
pub struct StateFile(pub Vec<u8>);

impl StateFile {
    pub fn path(directory: &Directory) -> PathBuf {
        directory.0.join("guard-1.state")
    }

    pub fn read(directory: &Directory) -> Self {
        Self(fs::read(Self::path(directory)).expect("a state file"))
    }

    pub fn write(&self, directory: &Directory) {
        fs::write(Self::path(directory), &self.0).expect("written");
    }

    fn number(&self, at: usize) -> u64 {
        u64::from_le_bytes(self.0[at..at + 8].try_into().expect("8 bytes"))
    }

    /// Header and state of a copy.
    pub fn used(&self, copy: usize) -> Range<usize> {
        let start = copy * BLOCK;
        let length = usize::try_from(self.number(start + 56)).expect("a length");
        assert!(self.0[start..].starts_with(b"TEguard1") && HEADER + length <= BLOCK, "a copy in its block");
        start..start + HEADER + length
    }

    /// The copy that was written last.
    pub fn newest(&self) -> usize {
        usize::from(self.number(BLOCK + 8) > self.number(8))
    }

    /// Adds a record to a copy's state.
    pub fn add_record(&mut self, copy: usize, kind: u8, body: &[u8]) {
        let used = self.used(copy);
        let length = u16::try_from(body.len()).expect("a short body").to_le_bytes();
        let record = [&[kind, length[0], length[1]], body].concat();
        self.0[used.end..used.end + record.len()].copy_from_slice(&record);
        let length = (used.len() - HEADER + record.len()) as u64;
        self.0[used.start + 56..used.start + 64].copy_from_slice(&length.to_le_bytes());
        self.sign(copy);
    }

    /// Makes the checksum right again.
    pub fn sign(&mut self, copy: usize) {
        let used = self.used(copy);
        let mut hasher = crc32fast::Hasher::new();
        hasher.update(&self.0[used.start..used.start + HEADER - 4]);
        hasher.update(&self.0[used.start + HEADER..used.end]);
        self.0[used.start + HEADER - 4..used.start + HEADER].copy_from_slice(&hasher.finalize().to_le_bytes());
    }
}
