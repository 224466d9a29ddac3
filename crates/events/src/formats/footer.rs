//! The footer of a Parquet file, looked through before it is believed: a forged one can name more columns than there
//! are, nest without end, or claim lists that no memory holds.
//!
//! It is written in Thrift's compact protocol, of which only the shape is read here.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};

/// Largest footer, deepest nesting of its values and of columns, and elements of the schema.
const MOST_BYTES: u32 = 64 << 20;
const DEEPEST: u32 = 32;
const MOST_ELEMENTS: usize = 10_000;

/// Says what is wrong with a file's footer.
pub fn check(file: &File) -> Result<(), &'static str> {
    let mut file = file;
    let failed = |_| "it is cut short";
    let size = file.seek(SeekFrom::End(0)).map_err(failed)?;
    let mut tail = [0; 8];
    file.seek(SeekFrom::End(-8)).map_err(failed)?;
    file.read_exact(&mut tail).map_err(failed)?;
    let length = u32::from_le_bytes([tail[0], tail[1], tail[2], tail[3]]);
    if &tail[4..] != b"PAR1" || u64::from(length) + 8 > size {
        return Err("it is cut short");
    }
    if length > MOST_BYTES {
        return Err("its footer is too large");
    }
    let mut footer = vec![0; length as usize];
    file.seek(SeekFrom::End(-8 - i64::from(length))).map_err(failed)?;
    file.read_exact(&mut footer).map_err(failed)?;
    file.seek(SeekFrom::Start(0)).map_err(failed)?;
    let mut shape = Shape { bytes: &footer, children: Vec::new() };
    shape.structure(0, 0).ok_or("its footer can't be read")?;
    tree(&shape.children)
}

/// Whether the numbers of children make one tree of all elements, and none too deep.
fn tree(children: &[i64]) -> Result<(), &'static str> {
    if children.is_empty() || children.len() > MOST_ELEMENTS {
        return Err("it has no columns, or too many");
    }
    // How many elements each open level still awaits.
    let mut open: Vec<i64> = Vec::new();
    for (at, &count) in children.iter().enumerate() {
        if !(0..=MOST_ELEMENTS as i64).contains(&count) {
            return Err("its columns contradict each other");
        }
        if at > 0 {
            while open.last() == Some(&0) {
                open.pop();
            }
            match open.last_mut() {
                Some(awaited) => *awaited -= 1,
                None => return Err("its columns contradict each other"),
            }
        }
        open.push(count);
        if open.len() > DEEPEST as usize {
            return Err("its columns are nested too deep");
        }
    }
    if open.iter().all(|&awaited| awaited == 0) { Ok(()) } else { Err("its columns contradict each other") }
}

/// Reads past values, noting the numbers of children of the schema's elements. None where the bytes end.
struct Shape<'a> {
    bytes: &'a [u8],
    children: Vec<i64>,
}

impl Shape<'_> {
    fn byte(&mut self) -> Option<u8> {
        let (&first, rest) = self.bytes.split_first()?;
        self.bytes = rest;
        Some(first)
    }

    fn skip(&mut self, count: u64) -> Option<()> {
        self.bytes = self.bytes.get(usize::try_from(count).ok()?..)?;
        Some(())
    }

    fn varint(&mut self) -> Option<u64> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    fn zigzag(&mut self) -> Option<i64> {
        let value = self.varint()?;
        Some((value >> 1) as i64 ^ -((value & 1) as i64))
    }

    /// A structure; `within` is 0 for the file's own, 1 for an element of the schema, 2 for all else.
    fn structure(&mut self, within: u8, depth: u32) -> Option<()> {
        if depth > DEEPEST {
            return None;
        }
        let mut field = 0;
        let mut children = 0;
        loop {
            let head = self.byte()?;
            if head == 0 {
                break;
            }
            let (delta, kind) = (head >> 4, head & 0x0f);
            field = if delta == 0 { self.zigzag()? } else { field + i64::from(delta) };
            match (within, field, kind) {
                (1, 5, 5) => children = self.zigzag()?,
                // The schema: a list of structures.
                (0, 2, 9) => self.list(1, depth)?,
                _ => self.value(kind, depth)?,
            }
        }
        if within == 1 {
            self.children.push(children);
        }
        Some(())
    }

    fn list(&mut self, within: u8, depth: u32) -> Option<()> {
        let head = self.byte()?;
        let kind = head & 0x0f;
        let count = if head >> 4 == 15 { self.varint()? } else { u64::from(head >> 4) };
        // Each element takes a byte at least.
        if count > self.bytes.len() as u64 {
            return None;
        }
        for _ in 0..count {
            match kind {
                12 => self.structure(within, depth + 1)?,
                // In a list, a truth value is a byte of its own.
                1 | 2 => self.skip(1)?,
                other => self.value(other, depth + 1)?,
            }
        }
        Some(())
    }

    fn value(&mut self, kind: u8, depth: u32) -> Option<()> {
        if depth > DEEPEST {
            return None;
        }
        match kind {
            1 | 2 => Some(()),
            3 => self.skip(1),
            4..=6 => self.varint().map(drop),
            7 => self.skip(8),
            8 => {
                let length = self.varint()?;
                self.skip(length)
            }
            9 | 10 => self.list(2, depth),
            11 => {
                let count = self.varint()?;
                if count == 0 {
                    return Some(());
                }
                if count > self.bytes.len() as u64 {
                    return None;
                }
                let kinds = self.byte()?;
                for _ in 0..count {
                    self.value(kinds >> 4, depth + 1)?;
                    self.value(kinds & 0x0f, depth + 1)?;
                }
                Some(())
            }
            12 => self.structure(2, depth + 1),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::tree;

    #[test]
    fn columns_make_one_tree() {
        assert_eq!(tree(&[2, 0, 0]), Ok(()));
        assert_eq!(tree(&[2, 1, 0, 0]), Ok(()));
        for bad in [&[][..], &[2, 0], &[1, 0, 0], &[2_000_000_000], &[-1, 0], &vec![1; 40][..]] {
            assert!(tree(bad).is_err(), "{bad:?}");
        }
    }
}
