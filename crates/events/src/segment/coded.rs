//! Columns that are written from what is known of them. Text is written from codes and read as codes: a page of the words
//! that occur, and one of their numbers, as few bits each as there are words. Numbers without a pattern are written as they
//! are, or each once where rows share them.
//!
//! The Parquet library's own way takes every value of text as bytes and looks each up in a table of its own, and copies
//! numbers several times; the codes are known here already, and writing them costs a tenth of that.

use bytes::Bytes;
use parquet::basic::{Compression, Encoding};
use parquet::column::page::{CompressedPage, Page, PageReader, PageWriter};
use parquet::column::writer::ColumnCloseResult;
use parquet::data_type::ByteArray;
use parquet::errors::ParquetError;
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::file::writer::{SerializedPageWriter, TrackedWrite};
use parquet::schema::types::ColumnDescPtr;

/// A column chunk as it lies in a file, and what the file says about it.
pub struct Chunk {
    pub bytes: Bytes,
    pub close: ColumnCloseResult,
}

/// The words that occur, in order of their first appearance, and the number of each.
struct Words {
    numbers: Vec<u32>,
    found: Vec<u32>,
}

const NONE: u32 = u32::MAX;

impl Words {
    fn of(words: usize, codes: impl Iterator<Item = u32>) -> Self {
        let mut of = Self { numbers: vec![NONE; words], found: Vec::new() };
        for code in codes {
            let number = &mut of.numbers[code as usize];
            if *number == NONE {
                *number = of.found.len() as u32;
                of.found.push(code);
            }
        }
        of
    }
}

/// A column of so many rows. In an optional one code 0 stands for none. None where almost every value is another word:
/// then words are better written as they come.
pub fn chunk(
    column: ColumnDescPtr,
    words: &[ByteArray],
    codes: impl Iterator<Item = u32> + Clone,
    rows: usize,
) -> Result<Option<Chunk>, ParquetError> {
    let optional = column.max_def_level() > 0;
    let present = codes.clone().filter(|&code| !optional || code != 0);
    let Words { numbers, found } = Words::of(words.len(), present.clone());
    if found.len() > 1 << 10 && found.len() > rows / 4 {
        return Ok(None);
    }
    let mut dictionary = Vec::new();
    for &code in &found {
        let word = words[code as usize].data();
        dictionary.extend_from_slice(&(word.len() as u32).to_le_bytes());
        dictionary.extend_from_slice(word);
    }
    let mut page = Vec::with_capacity(rows * 2);
    if optional {
        page.extend_from_slice(&[0; 4]);
        packed(&mut page, 1, codes.map(|code| u32::from(code != 0)), rows);
        let length = page.len() as u32 - 4;
        page[..4].copy_from_slice(&length.to_le_bytes());
    }
    let width = bits_for(found.len());
    page.push(width as u8);
    packed(&mut page, width, present.map(|code| numbers[code as usize]), rows);

    finished(column, rows, Some((dictionary, found.len() as u32)), page).map(Some)
}

/// A column of required numbers that have no pattern, as they are; where many are the one of the row before, each of
/// those once.
pub fn numbers(column: ColumnDescPtr, values: &[i64]) -> Result<Chunk, ParquetError> {
    let rows = values.len();
    let again = values.windows(2).filter(|pair| pair[0] == pair[1]).count();
    if again <= rows / 3 {
        return finished(column, rows, None, in_bytes(values));
    }
    let runs = rows - again;
    let mut words = Vec::with_capacity(runs);
    words.extend(values.chunk_by(|one, next| one == next).map(|run| run[0]));
    let width = bits_for(runs);
    let mut page = vec![width as u8];
    let (mut number, mut last) = (0, values[0]);
    let places = values.iter().map(|&value| {
        number += u32::from(value != last);
        last = value;
        number
    });
    packed(&mut page, width, places, rows);
    finished(column, rows, Some((in_bytes(&words), runs as u32)), page)
}

/// As Parquet writes numbers: from the lowest byte on.
fn in_bytes(values: &[i64]) -> Vec<u8> {
    let mut bytes = vec![0; size_of_val(values)];
    let (places, _) = bytes.as_chunks_mut();
    places.iter_mut().zip(values).for_each(|(place, value)| *place = value.to_le_bytes());
    bytes
}

/// Bits that number so many words; at least one, as readers expect.
fn bits_for(words: usize) -> u32 {
    (usize::BITS - words.saturating_sub(1).leading_zeros()).max(1)
}

/// A column chunk of a page of words, if it has one, and a page of values.
fn finished(
    column: ColumnDescPtr,
    rows: usize,
    words: Option<(Vec<u8>, u32)>,
    page: Vec<u8>,
) -> Result<Chunk, ParquetError> {
    let room = words.as_ref().map_or(0, |(words, _)| words.len()) + page.len() + 64;
    let encoding = if words.is_some() { Encoding::RLE_DICTIONARY } else { Encoding::PLAIN };
    let mut out = TrackedWrite::new(Vec::with_capacity(room));
    let mut writer = SerializedPageWriter::new(&mut out);
    let mut words_page = None;
    if let Some((words, many)) = words {
        let page = Page::DictionaryPage {
            buf: words.into(),
            num_values: many,
            encoding: Encoding::PLAIN,
            is_sorted: false,
        };
        words_page = Some(written(&mut writer, page)? as i64);
    }
    let values_page = written(
        &mut writer,
        Page::DataPage {
            buf: page.into(),
            num_values: rows as u32,
            encoding,
            def_level_encoding: Encoding::RLE,
            rep_level_encoding: Encoding::RLE,
            statistics: None,
        },
    )?;
    let bytes: Bytes = out.into_inner()?.into();
    let mut encodings = vec![Encoding::PLAIN, Encoding::RLE];
    encodings.extend(words_page.map(|_| Encoding::RLE_DICTIONARY));
    let metadata = ColumnChunkMetaData::builder(column)
        .set_encodings(encodings)
        .set_compression(Compression::UNCOMPRESSED)
        .set_num_values(rows as i64)
        .set_total_compressed_size(bytes.len() as i64)
        .set_total_uncompressed_size(bytes.len() as i64)
        .set_dictionary_page_offset(words_page)
        .set_data_page_offset(values_page as i64)
        .build()?;
    let close = ColumnCloseResult {
        bytes_written: bytes.len() as u64,
        rows_written: rows as u64,
        metadata,
        bloom_filter: None,
        column_index: None,
        offset_index: None,
    };
    Ok(Chunk { bytes, close })
}

/// Writes a page as it is, and says where.
fn written(writer: &mut SerializedPageWriter<'_, Vec<u8>>, page: Page) -> Result<u64, ParquetError> {
    let size = page.buffer().len();
    Ok(writer.write_page(CompressedPage::new(page, size))?.offset)
}

/// Writes numbers of `width` bits as one bit-packed run of Parquet's hybrid encoding: a length in groups of eight, then
/// the bits from the lowest on. At most `most` numbers.
fn packed(out: &mut Vec<u8>, width: u32, numbers: impl Iterator<Item = u32>, most: usize) {
    let header = out.len();
    // Room for the header, which is known in the end.
    out.extend_from_slice(&[0; 5]);
    out.reserve(most * width as usize / 8 + 8);
    let (mut bits, mut held, mut count) = (0_u64, 0, 0_usize);
    for number in numbers {
        bits |= u64::from(number) << held;
        held += width;
        count += 1;
        while held >= 8 {
            out.push(bits as u8);
            bits >>= 8;
            held -= 8;
        }
    }
    let groups = count.div_ceil(8);
    if held > 0 {
        out.push(bits as u8);
    }
    // The last group is filled up.
    out.resize(header + 5 + groups * width as usize, 0);
    // The same length whatever the number: a varint may be longer than it needs to be.
    let mut length = (groups as u64) << 1 | 1;
    for place in 0..5 {
        out[header + place] = length as u8 & 0x7f | if place < 4 { 0x80 } else { 0 };
        length >>= 7;
    }
}

/// A column of text: its words, and for each row the number of its word plus one, or 0 for none.
#[derive(Debug, Default)]
pub struct Coded {
    pub words: Vec<ByteArray>,
    pub codes: Vec<u32>,
}

impl Coded {
    /// The word of a row.
    pub fn value(&self, row: usize) -> Option<&ByteArray> {
        self.words.get(self.codes[row].checked_sub(1)? as usize)
    }
}

/// Reads a column as [`chunk`] wrote it; none where it lies otherwise.
pub fn read(
    mut pages: Box<dyn PageReader>,
    rows: usize,
    optional: bool,
) -> Result<Option<Coded>, ParquetError> {
    let Some(Page::DictionaryPage { buf, num_values, encoding: Encoding::PLAIN, .. }) =
        pages.get_next_page()?
    else {
        return Ok(None);
    };
    let Some(words) = words_of(&buf, num_values as usize) else { return Ok(None) };
    let Some(Page::DataPage { buf, num_values, encoding: Encoding::RLE_DICTIONARY, .. }) =
        pages.get_next_page()?
    else {
        return Ok(None);
    };
    if num_values as usize != rows || pages.get_next_page()?.is_some() {
        return Ok(None);
    }
    Ok(codes_of(&buf, rows, optional, words.len()).map(|codes| Coded { words, codes }))
}

fn words_of(buf: &Bytes, many: usize) -> Option<Vec<ByteArray>> {
    let mut words = Vec::with_capacity(many.min(buf.len() / 4));
    let mut at = 0;
    for _ in 0..many {
        let length = u32::from_le_bytes(buf.get(at..at + 4)?.try_into().ok()?) as usize;
        buf.get(at + 4..(at + 4).checked_add(length)?)?;
        words.push(buf.slice(at + 4..at + 4 + length).into());
        at += 4 + length;
    }
    Some(words)
}

fn codes_of(page: &[u8], rows: usize, optional: bool, words: usize) -> Option<Vec<u32>> {
    let mut rest = page;
    let present = if optional {
        let (length, after) = rest.split_first_chunk::<4>()?;
        let (levels, after) = after.split_at_checked(u32::from_le_bytes(*length) as usize)?;
        rest = after;
        Some(unpacked(levels, 1, rows)?)
    } else {
        None
    };
    let (&width, rest) = rest.split_first()?;
    let many = present.as_ref().map_or(rows, |present| present.iter().filter(|&&level| level == 1).count());
    let numbers = unpacked(rest, u32::from(width), many)?;
    if numbers.iter().any(|&number| number as usize >= words) {
        return None;
    }
    Some(match present {
        None => numbers.into_iter().map(|number| number + 1).collect(),
        Some(present) => {
            let mut numbers = numbers.into_iter();
            present
                .into_iter()
                .map(|level| if level == 1 { numbers.next().map_or(0, |n| n + 1) } else { 0 })
                .collect()
        }
    })
}

/// Reads so many numbers that [`packed`] wrote.
fn unpacked(bytes: &[u8], width: u32, many: usize) -> Option<Vec<u32>> {
    let (header, bytes) = bytes.split_first_chunk::<5>()?;
    let mut length = 0_u64;
    for (place, byte) in (0..).zip(header) {
        // Anything else is another writer's shorter header.
        if (byte & 0x80 != 0) != (place < 4) {
            return None;
        }
        length |= u64::from(byte & 0x7f) << (7 * place);
    }
    let groups = (length >> 1) as usize;
    if length & 1 == 0 || width == 0 || width > 32 || groups != many.div_ceil(8) {
        return None;
    }
    if bytes.len() < groups.checked_mul(width as usize)? {
        return None;
    }
    let mask = (1_u64 << width) - 1;
    let (mut bits, mut held) = (0_u64, 0);
    let mut bytes = bytes.iter();
    let mut numbers = Vec::with_capacity(many);
    for _ in 0..many {
        while held < width {
            bits |= u64::from(*bytes.next()?) << held;
            held += 8;
        }
        numbers.push((bits & mask) as u32);
        bits >>= width;
        held -= width;
    }
    Some(numbers)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use parquet::basic::{Repetition, Type as Physical};
    use parquet::column::reader::get_typed_column_reader;
    use parquet::data_type::{ByteArray, Int64Type};
    use parquet::file::properties::WriterProperties;
    use parquet::file::reader::{FileReader as _, SerializedFileReader};
    use parquet::file::writer::SerializedFileWriter;
    use parquet::schema::types::{ColumnDescPtr, SchemaDescriptor, Type};
    use proptest::prelude::{ProptestConfig, any, prop, proptest};

    use super::{Chunk, chunk, numbers, packed, read, unpacked};

    /// A file of one column, opened.
    fn file_of(
        kind: Physical,
        repetition: Repetition,
        write: impl FnOnce(ColumnDescPtr) -> Chunk,
    ) -> SerializedFileReader<bytes::Bytes> {
        let field = Type::primitive_type_builder("column", kind).with_repetition(repetition).build();
        let fields = vec![Arc::new(field.expect("a field"))];
        let schema = Type::group_type_builder("event").with_fields(fields).build().expect("a schema");
        let schema = Arc::new(schema);
        let written = write(SchemaDescriptor::new(schema.clone()).column(0));
        let properties = Arc::new(WriterProperties::builder().build());
        let mut file = SerializedFileWriter::new(Vec::new(), schema, properties).expect("a file");
        let mut group = file.next_row_group().expect("a group");
        group.append_column(&written.bytes, written.close).expect("appended");
        group.close().expect("closed");
        let bytes: bytes::Bytes = file.into_inner().expect("a file").into();
        SerializedFileReader::new(bytes).expect("a file")
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        /// A column comes back by its codes, and by the library's own reader.
        #[test]
        fn columns_come_back(
            optional in any::<bool>(),
            words in 1_usize..300,
            codes in prop::collection::vec(any::<u16>(), 1..900),
        ) {
            let texts: Vec<ByteArray> =
                (0..=words).map(|word| ByteArray::from(format!("word {word}").into_bytes())).collect();
            let least = usize::from(!optional);
            let codes: Vec<u32> = codes.iter().map(|&code| (least + usize::from(code) % words) as u32).collect();
            let repetition = if optional { Repetition::OPTIONAL } else { Repetition::REQUIRED };
            let file = file_of(Physical::BYTE_ARRAY, repetition, |column| {
                let written = chunk(column, &texts, codes.iter().copied(), codes.len()).expect("written");
                written.expect("few words are written by their numbers")
            });
            let group = file.get_row_group(0).expect("a group");
            let found = read(group.get_column_page_reader(0).expect("pages"), codes.len(), optional).expect("read");
            let found = found.expect("its own writing");
            let expected: Vec<Option<String>> = codes
                .iter()
                .map(|&code| (!optional || code != 0).then(|| format!("word {code}")))
                .collect();
            let text = |word: &ByteArray| String::from_utf8_lossy(word.data()).into_owned();
            let by_code: Vec<Option<String>> = (0..codes.len()).map(|row| found.value(row).map(text)).collect();
            assert_eq!(by_code, expected);
            let rows = file.get_row_iter(None).expect("rows");
            let by_library: Vec<Option<String>> = rows
                .map(|row| {
                    let row = row.expect("a row");
                    match row.get_column_iter().next() {
                        Some((_, parquet::record::Field::Bytes(bytes))) => Some(text(bytes)),
                        Some((_, parquet::record::Field::Null)) => None,
                        other => panic!("{other:?}"),
                    }
                })
                .collect();
            assert_eq!(by_library, expected);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(100))]

        /// By the library's own reader, shared by rows or not.
        #[test]
        fn numbers_without_a_pattern_come_back(runs in prop::collection::vec((any::<i64>(), 1_usize..5), 0..300)) {
            let values: Vec<i64> =
                runs.iter().flat_map(|&(value, times)| std::iter::repeat_n(value, times)).collect();
            let file = file_of(Physical::INT64, Repetition::REQUIRED, |column| {
                numbers(column, &values).expect("written")
            });
            let group = file.get_row_group(0).expect("a group");
            let reader = group.get_column_reader(0).expect("a column");
            let mut found = Vec::new();
            let mut reader = get_typed_column_reader::<Int64Type>(reader);
            reader.read_records(values.len(), None, None, &mut found).expect("read");
            assert_eq!(found, values);
        }
    }

    proptest! {
        #[test]
        fn numbers_come_back(width in 1_u32..=32, numbers in prop::collection::vec(0_u32.., 0..300)) {
            let numbers: Vec<u32> = numbers.iter().map(|number| number >> (32 - width)).collect();
            let mut bytes = Vec::new();
            packed(&mut bytes, width, numbers.iter().copied(), numbers.len());
            assert_eq!(unpacked(&bytes, width, numbers.len()), Some(numbers));
        }
    }
}
