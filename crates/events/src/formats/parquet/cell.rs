//! A value as the text of a cell.

use std::io::Write as _;

use chrono::{DateTime, Datelike as _};
use parquet::basic::{ConvertedType, LogicalType, TimeUnit, Type as Physical};
use parquet::record::Field;
use parquet::schema::types::Type;

/// What the values of a column mean, beyond what the library makes of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    Plain,
    /// Text, as its bytes.
    Text,
    /// An instant since 1970 that the library may hand over as a number of such parts of a second; without a zone it
    /// is a local time.
    Instant {
        parts: i64,
        utc: bool,
    },
}

impl Meaning {
    /// That of a field.
    pub fn of(field: &Type) -> Self {
        let about = field.get_basic_info();
        match about.logical_type_ref() {
            Some(LogicalType::Timestamp(stamp)) => Self::Instant {
                parts: match stamp.unit {
                    TimeUnit::MILLIS => 1_000,
                    TimeUnit::MICROS => 1_000_000,
                    TimeUnit::NANOS => 1_000_000_000,
                },
                utc: stamp.is_adjusted_to_u_t_c,
            },
            _ if field.is_primitive()
                && field.get_physical_type() == Physical::BYTE_ARRAY
                && matches!(
                    about.converted_type(),
                    ConvertedType::UTF8 | ConvertedType::ENUM | ConvertedType::JSON
                ) =>
            {
                Self::Text
            }
            _ => Self::Plain,
        }
    }
}

const DAY: i64 = 86_400_000_000;

/// Writes a number in so many digits.
fn digits<const MANY: usize>(text: &mut Vec<u8>, mut number: u64) {
    let mut room = [b'0'; MANY];
    for digit in room.iter_mut().rev() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
    }
    text.extend_from_slice(&room);
}

/// `2026-03-01T14:03:22.000000`, with `Z` where it is UTC; a number where no calendar has the day.
fn instant(micros: i64, utc: bool, text: &mut Vec<u8>) {
    let day = DateTime::from_timestamp(micros.div_euclid(DAY) * 86_400, 0)
        .map(|day| day.date_naive())
        .filter(|day| (0..=9999).contains(&day.year()));
    let Some(day) = day else { return write(text, &micros) };
    digits::<4>(text, u64::from(day.year().unsigned_abs()));
    text.push(b'-');
    digits::<2>(text, u64::from(day.month()));
    text.push(b'-');
    digits::<2>(text, u64::from(day.day()));
    let within = micros.rem_euclid(DAY).unsigned_abs();
    let seconds = within / 1_000_000;
    for (mark, number) in [(b'T', seconds / 3600), (b':', seconds / 60 % 60), (b':', seconds % 60)] {
        text.push(mark);
        digits::<2>(text, number);
    }
    text.push(b'.');
    digits::<6>(text, within % 1_000_000);
    if utc {
        text.push(b'Z');
    }
}

/// Writing to memory can't fail.
fn write(text: &mut Vec<u8>, value: &impl std::fmt::Display) {
    let _ = write!(text, "{value}");
}

/// Writes a value; none writes nothing.
pub fn put(field: &Field, meaning: Meaning, text: &mut Vec<u8>) {
    let utc = !matches!(meaning, Meaning::Instant { utc: false, .. });
    match field {
        Field::Null => (),
        Field::Str(value) => text.extend_from_slice(value.as_bytes()),
        Field::Bytes(bytes) => text.extend_from_slice(String::from_utf8_lossy(bytes.data()).as_bytes()),
        Field::TimestampMillis(millis) => instant(millis.saturating_mul(1_000), utc, text),
        Field::TimestampMicros(micros) => instant(*micros, utc, text),
        Field::Long(value) => match meaning {
            Meaning::Instant { parts: 1_000, .. } => instant(value.saturating_mul(1_000), utc, text),
            Meaning::Instant { parts: 1_000_000, .. } => instant(*value, utc, text),
            Meaning::Instant { .. } => instant(value / 1_000, utc, text),
            Meaning::Plain | Meaning::Text => write(text, value),
        },
        Field::Date(days) => match DateTime::from_timestamp(i64::from(*days) * 86_400, 0) {
            Some(at) => write(text, &at.format("%Y-%m-%d")),
            None => write(text, days),
        },
        Field::Double(value) => write(text, value),
        Field::Float(value) => write(text, value),
        other => {
            let written = other.to_string();
            let inner = written.strip_prefix('"').and_then(|inner| inner.strip_suffix('"'));
            text.extend_from_slice(inner.unwrap_or(&written).as_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::SecondsFormat;
    use proptest::prelude::proptest;

    use super::*;

    proptest! {
        #[test]
        fn instants_are_those_of_the_calendar(micros in -62_000_000_000_000_000_i64..250_000_000_000_000_000) {
            let known = DateTime::from_timestamp_micros(micros).expect("in range");
            let mut text = Vec::new();
            instant(micros, true, &mut text);
            assert_eq!(String::from_utf8_lossy(&text), known.to_rfc3339_opts(SecondsFormat::Micros, true));
        }
    }

    #[test]
    fn days_beyond_calendars_are_numbers() {
        for micros in [i64::MIN, i64::MAX] {
            let mut text = Vec::new();
            instant(micros, true, &mut text);
            assert_eq!(String::from_utf8_lossy(&text), micros.to_string());
        }
    }
}
