//! What stands in a process's memory: all of it, as gcore writes it to a file, and pieces of secrets in it.

use std::collections::HashMap;
use std::fs;
use std::process::Command;

use base64::Engine;
use base64::prelude::BASE64_STANDARD_NO_PAD;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::client::Directory;
use super::installed::run;

/// The shortest piece of a secret that is one: by chance none stands anywhere.
const PIECE: usize = 8;
const PAGE: usize = 4096;

/// Secrets that should be nowhere.
#[derive(Default)]
pub struct Sought {
    names: Vec<String>,
    pieces: HashMap<[u8; PIECE], usize>,
}

/// A part of a file that was memory, and where it was; `None`: registers, and what the system tells of the process.
struct Segment<'a> {
    address: Option<u64>,
    bytes: &'a [u8],
}

impl Sought {
    /// A text, in the forms in which it is sent.
    #[must_use]
    pub fn text(self, name: &str, text: &str) -> Self {
        let percent = utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        self.coded(name, text.as_bytes()).bytes(&format!("{name}, percent-encoded"), percent.as_bytes())
    }

    /// A number, in either order of its bytes.
    #[must_use]
    pub fn number(self, name: &str, number: &[u8]) -> Self {
        let reversed: Vec<u8> = number.iter().rev().copied().collect();
        self.coded(name, number).bytes(&format!("{name}, least byte first"), &reversed)
    }

    /// Bytes, and what becomes of them in base64.
    fn coded(self, name: &str, bytes: &[u8]) -> Self {
        // What stands before them decides which ones are coded together.
        (0..3).fold(self.bytes(name, bytes), |all, before| {
            let code = BASE64_STANDARD_NO_PAD.encode([&vec![0; before], bytes].concat());
            // Without the letters that neighbours have a part in.
            let (first, last) = ((before * 8).div_ceil(6), (before + bytes.len()) * 8 / 6);
            all.bytes(&format!("{name}, base64"), &code.as_bytes()[first..last])
        })
    }

    fn bytes(mut self, name: &str, bytes: &[u8]) -> Self {
        assert!(bytes.len() >= PIECE, "{name} is too short to look for");
        let number = self.names.len();
        self.names.push(name.to_owned());
        for piece in bytes.windows(PIECE) {
            self.pieces.entry(piece.try_into().expect("a piece")).or_insert(number);
        }
        self
    }

    /// Each place in a process's memory where a piece of a secret stands.
    pub fn found_in(&self, process: u32) -> Vec<String> {
        let folder = Directory::new();
        let core = folder.0.join("core");
        run(Command::new("gcore").arg("-o").arg(&core).arg(process.to_string()));
        let maps = fs::read_to_string(format!("/proc/{process}/maps")).expect("its memory");
        let file = fs::read(core.with_extension(process.to_string())).expect("a core");
        let segments = segments(&file);
        assert!(segments.iter().any(|segment| segment.address.is_none()), "no registers");
        assert!(segments.iter().any(|segment| stack(&maps, segment.address)), "no stack");
        segments.iter().flat_map(|segment| self.found_at(segment, &maps)).collect()
    }

    fn found_at(&self, segment: &Segment, maps: &str) -> Vec<String> {
        let mut begins = vec![false; 1 << 16];
        for piece in self.pieces.keys() {
            begins[usize::from(u16::from_le_bytes([piece[0], piece[1]]))] = true;
        }
        let mut found: Vec<(usize, usize, usize)> = Vec::new();
        for (from, part) in written(segment.bytes) {
            for (at, piece) in part.windows(PIECE).enumerate() {
                if !begins[usize::from(u16::from_le_bytes([piece[0], piece[1]]))] {
                    continue;
                }
                let Some(&number) = self.pieces.get(piece) else { continue };
                match found.last_mut() {
                    // Pieces overlap.
                    Some(last) if last.1 == from + at => last.1 += 1,
                    _ => found.push((from + at, from + at + 1, number)),
                }
            }
        }
        let told = |(from, to, number): (usize, usize, usize)| {
            let place =
                segment.address.map_or_else(|| "registers".to_owned(), |start| place(maps, start + from as u64));
            format!("{}: {} bytes in {place}", self.names[number], to - from + PIECE - 1)
        };
        found.into_iter().map(told).collect()
    }
}

/// Runs of pages that are not all zero, with their offsets.
fn written(bytes: &[u8]) -> Vec<(usize, &[u8])> {
    let mut runs: Vec<(usize, &[u8])> = Vec::new();
    for (number, page) in bytes.chunks(PAGE).enumerate() {
        let at = number * PAGE;
        if page == &[0; PAGE][..page.len()] {
            continue;
        }
        match runs.last_mut() {
            Some((from, run)) if *from + run.len() == at => *run = &bytes[*from..at + page.len()],
            _ => runs.push((at, page)),
        }
    }
    runs
}

/// The program headers of an ELF file of 64 bits: `PT_LOAD` and `PT_NOTE`.
fn segments(file: &[u8]) -> Vec<Segment<'_>> {
    const HEADER: usize = 56;
    let number = |at: usize| u64::from_le_bytes(file[at..at + 8].try_into().expect("8 bytes"));
    let size = |at: usize| usize::try_from(number(at)).expect("a size");
    let (first, count) = (size(32), usize::from(u16::from_le_bytes([file[56], file[57]])));
    let headers = (0..count).map(|header| first + header * HEADER);
    let segment = |at: usize| Segment {
        address: (file[at] == 1).then(|| number(at + 16)),
        bytes: &file[size(at + 8)..size(at + 8) + size(at + 32)],
    };
    headers.filter(|&at| [1, 4].contains(&file[at])).map(segment).collect()
}

fn map(maps: &str, address: u64) -> Option<&str> {
    let hex = |text: &str| u64::from_str_radix(text, 16).ok();
    let inside = |line: &&str| {
        let range = line.split(' ').next().and_then(|range| range.split_once('-'));
        range.is_some_and(|(from, to)| hex(from) <= Some(address) && Some(address) < hex(to))
    };
    maps.lines().find(inside)
}

fn stack(maps: &str, address: Option<u64>) -> bool {
    address.and_then(|address| map(maps, address)).is_some_and(|map| map.ends_with("[stack]"))
}

fn place(maps: &str, address: u64) -> String {
    let map = map(maps, address).unwrap_or("?");
    format!("{address:#x} of {}", map.split_whitespace().collect::<Vec<_>>().join(" "))
}
