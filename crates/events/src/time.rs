//! Reading instants from text: which format a column uses, and what each value means in UTC.

use chrono::{DateTime, LocalResult, NaiveDate, NaiveDateTime, TimeZone as _};
use chrono_tz::Tz;

/// How a column writes its times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeFormat {
    /// ISO 8601 with `T` or a space, fractions and zone optional; a date alone is its midnight.
    Iso,
    /// Seconds, milliseconds or microseconds since 1970.
    Epoch { per_second: i64 },
    /// A pattern of chrono's, without zone.
    Pattern(&'static str),
}

/// Which of day and month comes first where both are numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayOrder {
    DayFirst,
    MonthFirst,
}

impl DayOrder {
    /// The order of that name: `day` or `month`.
    pub fn from_key(key: &str) -> Option<Self> {
        match key {
            "day" => Some(Self::DayFirst),
            "month" => Some(Self::MonthFirst),
            _ => None,
        }
    }

    /// Its name.
    pub fn key(self) -> &'static str {
        match self {
            Self::DayFirst => "day",
            Self::MonthFirst => "month",
        }
    }

    /// What a pattern of the other order begins with.
    fn other(self) -> &'static str {
        match self {
            Self::DayFirst => "%m/%d",
            Self::MonthFirst => "%d/%m",
        }
    }
}

/// Patterns in the order in which they are tried; those without a clock are days, and mean their midnight.
const PATTERNS: [&str; 19] = [
    "%Y/%m/%d %H:%M:%S%.f",
    "%Y/%m/%d %H:%M",
    "%Y%m%d%H%M%S",
    "%d.%m.%Y %H:%M:%S%.f",
    "%d.%m.%Y %H:%M",
    "%d/%m/%Y %H:%M:%S%.f",
    "%d/%m/%Y %H:%M",
    "%m/%d/%Y %H:%M:%S%.f",
    "%m/%d/%Y %H:%M",
    "%d-%m-%Y %H:%M:%S%.f",
    "%d-%m-%Y %H:%M",
    "%m/%d/%Y %I:%M:%S %p",
    "%d %b %Y %H:%M:%S",
    "%b %d, %Y %H:%M:%S",
    "%Y/%m/%d",
    "%d.%m.%Y",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d-%m-%Y",
];

/// From 1980 to 2100.
const PLAUSIBLE: (i64, i64) = (315_532_800_000_000, 4_102_444_800_000_000);

/// Why a text is no usable instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeError {
    /// Not in the column's format.
    Unreadable,
    /// A local time, and no zone was given.
    NoZone,
    /// A local time that the clocks of the zone skipped.
    Skipped,
    /// A local time that the clocks of the zone showed twice.
    Twice,
    /// Before 1970 or too far in the future.
    OutOfRange,
}

/// What a sample of a column's values shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Detected {
    pub format: TimeFormat,
    /// Some values carry no zone of their own.
    pub zone_needed: bool,
    /// Day and month could be the other way round, and nobody said which it is.
    pub ambiguous_day: bool,
    /// Values that the format reads.
    pub read: usize,
}

/// Finds the format that reads most of a sample; `order` decides where day and month could be either.
pub fn detect<'a>(values: impl Iterator<Item = &'a str> + Clone, order: Option<DayOrder>) -> Detected {
    // Tells seconds from milliseconds: a number far from our time is more likely in another unit.
    let plausible = |instant| (PLAUSIBLE.0..PLAUSIBLE.1).contains(&instant);
    let reads = |format: TimeFormat| {
        values
            .clone()
            .filter(|value| match parse(value.trim(), format, Some(Tz::UTC)) {
                Ok(instant) => !matches!(format, TimeFormat::Epoch { .. }) || plausible(instant),
                Err(_) => false,
            })
            .count()
    };
    let mut formats = vec![TimeFormat::Iso];
    formats.extend([1, 1_000, 1_000_000].map(|per_second| TimeFormat::Epoch { per_second }));
    let wanted = |pattern: &&str| order.is_none_or(|order| !pattern.starts_with(order.other()));
    formats.extend(PATTERNS.iter().copied().filter(wanted).map(TimeFormat::Pattern));
    let mut best = Detected { format: TimeFormat::Iso, zone_needed: false, ambiguous_day: false, read: 0 };
    for format in formats {
        let read = reads(format);
        if read > best.read {
            best = Detected { format, zone_needed: false, ambiguous_day: false, read };
        }
    }
    best.zone_needed =
        values.clone().any(|value| parse(value.trim(), best.format, None) == Err(TimeError::NoZone));
    if order.is_none()
        && let TimeFormat::Pattern(pattern) = best.format
        && let Some(rest) = pattern.strip_prefix("%d/%m/%Y")
        && let Some(swapped) = PATTERNS.iter().find(|other| other.strip_prefix("%m/%d/%Y") == Some(rest))
    {
        best.ambiguous_day = reads(TimeFormat::Pattern(swapped)) == best.read;
    }
    best
}

/// The instant in microseconds since 1970, UTC.
pub fn parse(text: &str, format: TimeFormat, zone: Option<Tz>) -> Result<i64, TimeError> {
    parse_after(text, format, zone, &mut LastDay::default())
}

/// The day that was read last, as it was written, and how many days since 1970 it is. Rows of a log mostly share theirs
/// with the row before.
#[derive(Debug, Clone, Copy)]
pub struct LastDay {
    text: [u8; 10],
    days: i64,
}

impl Default for LastDay {
    fn default() -> Self {
        Self { text: *b"1970-01-01", days: 0 }
    }
}

/// The instant as [`parse`] reads it, faster where the day is the last one.
pub fn parse_after(
    text: &str,
    format: TimeFormat,
    zone: Option<Tz>,
    last: &mut LastDay,
) -> Result<i64, TimeError> {
    match format {
        TimeFormat::Iso => iso(text, zone, last),
        TimeFormat::Epoch { per_second } => epoch(text, per_second),
        TimeFormat::Pattern(pattern) => {
            let local = if pattern.contains("%H") || pattern.contains("%I") {
                NaiveDateTime::parse_from_str(text, pattern).ok()
            } else {
                NaiveDate::parse_from_str(text, pattern).ok().and_then(|day| day.and_hms_opt(0, 0, 0))
            };
            in_zone(local.ok_or(TimeError::Unreadable)?, zone)
        }
    }
}

fn epoch(text: &str, per_second: i64) -> Result<i64, TimeError> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(fraction) {
        return Err(TimeError::Unreadable);
    }
    let whole: i64 = whole.parse().map_err(|_| TimeError::Unreadable)?;
    let micros = whole.checked_mul(1_000_000 / per_second).ok_or(TimeError::OutOfRange)?;
    let mut digits = fraction.bytes().chain(std::iter::repeat(b'0'));
    let mut part = 0;
    for _ in 0..6 {
        part = part * 10 + i64::from(digits.next().unwrap_or(b'0') - b'0');
    }
    let instant = micros.checked_add(part / per_second).ok_or(TimeError::OutOfRange)?;
    checked(instant)
}

/// The way that most logs write: `2026-03-01T14:03:22Z`. None for every other, right or wrong.
fn plain_iso(bytes: &[u8], last: &mut LastDay) -> Option<i64> {
    let bytes: &[u8; 20] = bytes.try_into().ok()?;
    let (day, clock) = bytes.split_first_chunk::<10>()?;
    let (hour, minute, second) = (two(clock, 1)?, two(clock, 4)?, two(clock, 7)?);
    if [clock[0], clock[3], clock[6], clock[9]] != *b"T::Z" || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    if *day != last.text {
        if [day[4], day[7]] != *b"--" {
            return None;
        }
        let year = two(day, 0)? * 100 + two(day, 2)?;
        let date = NaiveDate::from_ymd_opt(year as i32, two(day, 5)?, two(day, 8)?)?;
        *last =
            LastDay { text: *day, days: i64::from(chrono::Datelike::num_days_from_ce(&date)) - DAYS_TO_1970 };
    }
    Some((last.days * 86_400 + i64::from(hour * 3600 + minute * 60 + second)) * 1_000_000)
}

/// The number that two digits write.
fn two(text: &[u8], at: usize) -> Option<u32> {
    let digit = |at: usize| text[at].wrapping_sub(b'0');
    let (tens, ones) = (digit(at), digit(at + 1));
    (tens <= 9 && ones <= 9).then(|| u32::from(tens) * 10 + u32::from(ones))
}

/// Days from the first one of the year 1, counted as 1, to the first one of 1970.
const DAYS_TO_1970: i64 = 719_163;

fn iso(text: &str, zone: Option<Tz>, last: &mut LastDay) -> Result<i64, TimeError> {
    let bytes = text.as_bytes();
    if let Some(instant) = plain_iso(bytes, last) {
        return checked(instant);
    }
    let number = |from: usize, len: usize| -> Result<u32, TimeError> {
        let digits = bytes.get(from..from + len).ok_or(TimeError::Unreadable)?;
        digits.iter().try_fold(0, |sum, byte| match byte {
            b'0'..=b'9' => Ok(sum * 10 + u32::from(byte - b'0')),
            _ => Err(TimeError::Unreadable),
        })
    };
    let is = |at: usize, allowed: &[u8]| bytes.get(at).is_some_and(|byte| allowed.contains(byte));
    if !is(4, b"-") || !is(7, b"-") {
        return Err(TimeError::Unreadable);
    }
    let year = i32::try_from(number(0, 4)?).map_err(|_| TimeError::Unreadable)?;
    let date = NaiveDate::from_ymd_opt(year, number(5, 2)?, number(8, 2)?).ok_or(TimeError::Unreadable)?;
    if bytes.len() == 10 {
        return in_zone(date.and_hms_opt(0, 0, 0).ok_or(TimeError::Unreadable)?, zone);
    }
    if !is(10, b"T t") || !is(13, b":") {
        return Err(TimeError::Unreadable);
    }
    let (hour, minute) = (number(11, 2)?, number(14, 2)?);
    let mut at = 16;
    let mut second = 0;
    let mut micros = 0;
    if is(at, b":") {
        second = number(at + 1, 2)?;
        at += 3;
        if is(at, b".,") {
            let digits = bytes[at + 1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
            if digits == 0 {
                return Err(TimeError::Unreadable);
            }
            micros = number(at + 1, digits.min(6))? * 10_u32.pow(6 - digits.min(6) as u32);
            at += 1 + digits;
        }
    }
    // A leap second has no instant of its own here: it counts as the second before it.
    let local = date.and_hms_micro_opt(hour, minute, second.min(59), micros).ok_or(TimeError::Unreadable)?;
    if second > 60 {
        return Err(TimeError::Unreadable);
    }
    if is(at, b" ") && bytes.len() > at + 1 {
        at += 1;
    }
    match &bytes[at..] {
        [] => in_zone(local, zone),
        [b'Z' | b'z'] | [b'U', b'T', b'C'] => checked(local.and_utc().timestamp_micros()),
        [sign @ (b'+' | b'-'), rest @ ..] => {
            let hours = i64::from(number(at + 1, 2)?);
            let minutes = match rest.len() {
                2 => 0,
                4 => i64::from(number(at + 3, 2)?),
                5 if rest[2] == b':' => i64::from(number(at + 4, 2)?),
                _ => return Err(TimeError::Unreadable),
            };
            if hours > 18 || minutes > 59 {
                return Err(TimeError::Unreadable);
            }
            let offset = (hours * 3600 + minutes * 60) * 1_000_000;
            let utc = local.and_utc().timestamp_micros();
            checked(if *sign == b'+' { utc - offset } else { utc + offset })
        }
        _ => Err(TimeError::Unreadable),
    }
}

fn in_zone(local: NaiveDateTime, zone: Option<Tz>) -> Result<i64, TimeError> {
    let Some(zone) = zone else {
        return Err(TimeError::NoZone);
    };
    if zone == Tz::UTC {
        return checked(local.and_utc().timestamp_micros());
    }
    match zone.from_local_datetime(&local) {
        LocalResult::Single(instant) => checked(instant.timestamp_micros()),
        LocalResult::Ambiguous(..) => Err(TimeError::Twice),
        LocalResult::None => Err(TimeError::Skipped),
    }
}

fn checked(instant: i64) -> Result<i64, TimeError> {
    if instant < 0 { Err(TimeError::OutOfRange) } else { Ok(instant) }
}

/// The instant as people of a zone write it: `2026-03-01 14:03:22`.
pub fn local_text(micros: i64, zone: Tz) -> String {
    DateTime::from_timestamp_micros(micros)
        .map(|instant| instant.with_timezone(&zone).format("%Y-%m-%d %H:%M:%S").to_string())
        .unwrap_or_default()
}

/// The day of an instant in a zone: `2026-03-01`.
pub fn local_day(micros: i64, zone: Tz) -> String {
    local_text(micros, zone).chars().take(10).collect()
}

/// The first instant of a day in a zone. Where the clocks skip midnight, the day starts when they resume.
pub fn start_of_day(day: NaiveDate, zone: Tz) -> Option<i64> {
    let midnight = day.and_hms_opt(0, 0, 0)?;
    (0..=180).find_map(|minutes| {
        let local = midnight + chrono::Duration::minutes(minutes);
        zone.from_local_datetime(&local).earliest().map(|instant| instant.timestamp_micros())
    })
}

#[cfg(test)]
mod tests {
    use chrono_tz::Tz;

    use proptest::prelude::{ProptestConfig, prop, proptest};

    use super::{DayOrder, LastDay, TimeError, TimeFormat, detect, parse, parse_after, start_of_day};

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(5_000))]

        #[test]
        fn no_text_breaks_it(text in r"[0-9T:/.+ -]{0,30}|\PC{0,20}") {
            // Every format is tried on it.
            let _ = detect([text.as_str()].into_iter(), None);
        }
    }

    proptest! {
        /// Right texts, wrong ones and days that change: as if each were read alone.
        #[test]
        fn the_last_day_changes_no_answer(
            texts in prop::collection::vec(r"(20(25|26)-0[12]-(0[12]|30)|1970-01-01|\x00{10})[T ][0-2]2:1[0-9]:3[0-9a](Z|\+01:00)?", 0..40),
        ) {
            let mut last = LastDay::default();
            for text in &texts {
                let alone = parse(text, TimeFormat::Iso, Some(Tz::UTC));
                assert_eq!(parse_after(text, TimeFormat::Iso, Some(Tz::UTC), &mut last), alone, "{text}");
            }
        }
    }

    #[test]
    fn numbers_with_dots_are_days_or_nothing() {
        let days = ["13.02.2026", "01.03.2026"];
        assert_eq!(detect(days.into_iter(), None).format, TimeFormat::Pattern("%d.%m.%Y"));
        assert_eq!(detect(["10.0.0.1"].into_iter(), None).read, 0);
        assert_eq!(parse("1.2.3", TimeFormat::Epoch { per_second: 1 }, None), Err(TimeError::Unreadable));
    }

    #[test]
    fn iso_with_and_without_zone() {
        let read = |text| parse(text, TimeFormat::Iso, Some(Tz::Europe__Berlin));
        assert_eq!(read("2026-01-01T00:00:00Z"), Ok(1_767_225_600_000_000));
        assert_eq!(read("2026-01-01 01:00:00"), Ok(1_767_225_600_000_000));
        assert_eq!(read("1970-01-01T00:00:00Z"), Ok(0));
        assert_eq!(read("2024-02-29T23:59:59Z"), read("2024-02-29T23:59:59+00:00"));
        for wrong in
            ["2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z", "2025-02-29T00:00:00Z", "2026-01-0aT00:00:00Z"]
        {
            assert_eq!(read(wrong), Err(TimeError::Unreadable));
        }
        assert_eq!(read("2026-01-01T02:30:00.25+02:30"), Ok(1_767_225_600_250_000));
        assert_eq!(read("2026-01-01T02:30+0230"), Ok(1_767_225_600_000_000));
        assert_eq!(read("2026-13-01T00:00:00Z"), Err(TimeError::Unreadable));
        assert_eq!(read("1969-12-31T00:00:00Z"), Err(TimeError::OutOfRange));
        assert_eq!(parse("2026-01-01 01:00:00", TimeFormat::Iso, None), Err(TimeError::NoZone));
    }

    #[test]
    fn clocks_that_change() {
        let read = |text| parse(text, TimeFormat::Iso, Some(Tz::Europe__Berlin));
        assert_eq!(read("2026-03-29 02:30:00"), Err(TimeError::Skipped));
        assert_eq!(read("2026-10-25 02:30:00"), Err(TimeError::Twice));
    }

    #[test]
    fn formats_are_recognised() {
        let days = ["13/02/2026 10:00", "01/03/2026 09:30"];
        assert_eq!(detect(days.into_iter(), None).format, TimeFormat::Pattern("%d/%m/%Y %H:%M"));
        let american = ["02/13/2026 10:00", "03/01/2026 09:30"];
        assert_eq!(detect(american.into_iter(), None).format, TimeFormat::Pattern("%m/%d/%Y %H:%M"));
        let either = ["01/03/2026 09:30"];
        assert!(detect(either.into_iter(), None).ambiguous_day);
        let month = detect(either.into_iter(), Some(DayOrder::MonthFirst));
        assert_eq!((month.format, month.ambiguous_day), (TimeFormat::Pattern("%m/%d/%Y %H:%M"), false));
        assert_eq!(detect(["1767225600"].into_iter(), None).format, TimeFormat::Epoch { per_second: 1 });
        assert_eq!(detect(["1767225600123"].into_iter(), None).format, TimeFormat::Epoch { per_second: 1000 });
        assert!(detect(["2026-01-01 10:00"].into_iter(), None).zone_needed);
        assert!(!detect(["2026-01-01T10:00Z"].into_iter(), None).zone_needed);
    }

    #[test]
    fn a_day_starts_when_its_clock_does() {
        // Midnight does not exist on that day in that zone.
        let day = chrono::NaiveDate::from_ymd_opt(2018, 11, 4).expect("a day");
        assert_eq!(start_of_day(day, Tz::America__Sao_Paulo), Some(1_541_300_400_000_000));
    }
}
