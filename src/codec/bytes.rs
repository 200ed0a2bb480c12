//! Bytes of a link: whole numbers of any length, texts, and the seal that finds damage and tells where it begins.
//!
//! A seal is: how many bytes there are, a checksum of all, a check byte for each block of [`BLOCK`], the bytes. A check
//! byte speaks of everything up to the end of its block, so the blocks before the first that fails are sound. Reading is
//! total and takes no memory that was not sent. Left out: what the bytes mean.

use crate::sim::Digest;
use std::hash::Hasher;

/// Bytes of a block.
const BLOCK: usize = 32;

/// Bytes that are written.
#[derive(Clone, Debug, Default)]
pub struct Writer(pub Vec<u8>);

impl Writer {
    /// A whole number: seven bits a byte, the lowest first.
    pub fn number(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.0.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.0.push(number as u8);
    }

    /// How long, and the bytes.
    pub fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.0.extend_from_slice(text.as_bytes());
    }
}

/// Bytes that are read, from the front.
#[derive(Clone, Debug)]
pub struct Reader<'a>(pub &'a [u8]);

impl<'a> Reader<'a> {
    /// One byte.
    pub fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    /// A whole number; none if it ends too early, is past 64 bits, or is written longer than it need be.
    pub fn number(&mut self) -> Option<u64> {
        let mut number = 0_u64;
        for place in 0..10 {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            if place == 9 && bits > 1 || place > 0 && byte == 0 {
                return None;
            }
            number |= bits << (7 * place);
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    /// So many bytes as text.
    pub fn text_of(&mut self, length: u64) -> Option<&'a str> {
        let length = usize::try_from(length).ok().filter(|length| *length <= self.0.len())?;
        let (text, rest) = self.0.split_at(length);
        self.0 = rest;
        std::str::from_utf8(text).ok()
    }
}

/// What became of sealed bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsealed {
    /// What is there of the bytes.
    pub bytes: Vec<u8>,
    /// How many of them are sound.
    pub sound: usize,
    /// What is wrong with the rest.
    pub state: SealState,
}

/// Whether a seal holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SealState {
    /// All is as it was written.
    Whole,
    /// It ends too early; so many bytes there were, the seal's own included.
    Short {
        /// Bytes.
        expected: u64,
    },
    /// Something was changed.
    Damaged,
}

/// Puts a seal on bytes.
pub fn seal(bytes: &[u8]) -> Vec<u8> {
    let mut out = Writer::default();
    out.number(bytes.len() as u64);
    out.0.extend_from_slice(&checksum(bytes));
    let mut digest = Digest::default();
    for block in bytes.chunks(BLOCK) {
        digest.write(block);
        out.0.push(check_byte(&digest));
    }
    out.0.extend_from_slice(bytes);
    out.0
}

/// Takes the seal off.
pub fn unseal(sealed: &[u8]) -> Unsealed {
    let mut reader = Reader(sealed);
    let nothing = |state| Unsealed { bytes: Vec::new(), sound: 0, state };
    let Some(length) = reader.number() else { return nothing(SealState::Damaged) };
    let blocks = length.div_ceil(BLOCK as u64);
    let head = (sealed.len() - reader.0.len()) as u64 + 4;
    let expected = head.saturating_add(blocks).saturating_add(length);
    let is_short = (sealed.len() as u64) < expected;
    let state = if is_short { SealState::Short { expected } } else { SealState::Damaged };
    let checks_end = usize::try_from(blocks.saturating_add(4)).unwrap_or(usize::MAX);
    let Some((checks, bytes)) = reader.0.split_at_checked(checks_end) else { return nothing(state) };
    if state == SealState::Damaged && bytes.len() as u64 == length && checks[..4] == checksum(bytes) {
        return Unsealed { bytes: bytes.to_vec(), sound: bytes.len(), state: SealState::Whole };
    }
    let mut digest = Digest::default();
    let mut sound = 0;
    for (block, check) in bytes.chunks(BLOCK).zip(&checks[4..]) {
        digest.write(block);
        // A part of a block would fit by chance once in 256 times.
        let is_whole = block.len() == BLOCK || (sound + block.len()) as u64 == length;
        if !is_whole || check_byte(&digest) != *check {
            break;
        }
        sound += block.len();
    }
    Unsealed { bytes: bytes.to_vec(), sound, state }
}

fn checksum(bytes: &[u8]) -> [u8; 4] {
    let digest = Digest::of(bytes);
    ((digest >> 32) as u32 ^ digest as u32).to_le_bytes()
}

fn check_byte(digest: &Digest) -> u8 {
    digest.finish().to_le_bytes().into_iter().fold(0, |all, byte| all ^ byte)
}

/// The alphabet of base64 for addresses (RFC 4648, section 5).
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Characters of so many bytes in base64.
pub fn base64_length(bytes: u64) -> u64 {
    bytes / 3 * 4 + bytes % 3 + u64::from(!bytes.is_multiple_of(3))
}

/// Base64 for addresses, without padding.
pub fn to_base64(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() * 4 / 3 + 3);
    for group in bytes.chunks(3) {
        let word = group.iter().enumerate().fold(0_u32, |word, (at, byte)| word | u32::from(*byte) << (16 - 8 * at));
        for at in 0..=group.len() {
            out.push(char::from(ALPHABET[(word >> (18 - 6 * at)) as usize & 63]));
        }
    }
    out
}

/// The bytes that are there up to the first character that is none of base64, and whether that was the end.
pub fn from_base64(text: &[u8]) -> (Vec<u8>, bool) {
    let mut out = Vec::with_capacity(text.len() * 3 / 4);
    let (mut word, mut bits) = (0_u32, 0);
    for character in text {
        let Some(value) = ALPHABET.iter().position(|one| one == character) else { return (out, false) };
        word = word << 6 | value as u32;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            out.push((word >> bits) as u8);
            word &= (1 << bits) - 1;
        }
    }
    // What is left over is nothing, or it is no base64: one spelling for each link.
    (out, bits < 6 && word == 0)
}
