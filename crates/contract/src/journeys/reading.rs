//! Reading the values of a question, and refusing what is none.

use super::query::OPENED;
use crate::{Kind, UserError};

/// Microseconds of a window: `30m`, `12h`, `7d`, `2w`. None without one.
pub fn window_of(text: Option<&str>) -> Result<Option<i64>, UserError> {
    let Some(text) = text else { return Ok(None) };
    let (digits, unit) =
        text.split_at(text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len()));
    let seconds = match unit.trim() {
        "s" => 1,
        "m" | "min" => 60,
        "h" => 3600,
        "d" => 86_400,
        "w" => 7 * 86_400,
        _ => 0,
    };
    let number = digits.parse::<i64>().ok().filter(|number| (1..=100_000).contains(number));
    match number {
        Some(number) if seconds > 0 => Ok(Some(number * seconds * 1_000_000)),
        _ => Err(UserError::new(
            Kind::Invalid,
            "bad_window",
            format!("\u{201c}{text}\u{201d} is no length of time."),
        )
        .at("within")
        .remedy("Write a number with m, h, d or w: 30m, 12h, 7d, 2w.")),
    }
}

/// Percent-encodes everything but unreserved characters.
pub fn encode(value: &str) -> String {
    use std::fmt::Write as _;
    let mut out = String::with_capacity(value.len());
    for byte in value.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b':' | b',' | b'/' => {
                out.push(byte as char);
            }
            _ => {
                // Writing to a string cannot fail.
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}

pub fn choice<T: Copy>(name: &str, value: &str, all: &[T], key: fn(T) -> &'static str) -> Result<T, UserError> {
    all.iter().copied().find(|&one| key(one) == value).ok_or_else(|| {
        let known: Vec<&str> = all.iter().map(|&one| key(one)).collect();
        UserError::new(
            Kind::Invalid,
            "unknown_value",
            format!("\u{201c}{value}\u{201d} is not a value of {name}."),
        )
        .at(name)
        .remedy(format!("Use one of: {}.", known.join(", ")))
    })
}

pub fn number(name: &str, value: &str, range: (u32, u32)) -> Result<u32, UserError> {
    let number = value.parse().map_err(|_| out_of_range(name, value, range))?;
    within(name, number, range)?;
    Ok(number)
}

pub fn within(name: &str, number: u32, range: (u32, u32)) -> Result<(), UserError> {
    if (range.0..=range.1).contains(&number) {
        return Ok(());
    }
    Err(out_of_range(name, &number.to_string(), range))
}

pub fn out_of_range(name: &str, value: &str, (least, most): (u32, u32)) -> UserError {
    UserError::new(Kind::Invalid, "out_of_range", format!("\u{201c}{value}\u{201d} is not a value of {name}."))
        .at(name)
        .remedy(format!("Use a whole number from {least} to {most}."))
}

/// A switch that is on by one word and off by none.
pub fn word(name: &str, value: &str, on: &str) -> Result<bool, UserError> {
    match value {
        "" => Ok(false),
        value if value == on => Ok(true),
        other => Err(UserError::new(
            Kind::Invalid,
            "unknown_value",
            format!("\u{201c}{other}\u{201d} is not a value of {name}."),
        )
        .at(name)
        .remedy(format!("Use {on}, or leave it out."))),
    }
}

pub fn opened(value: &str) -> Result<Vec<(i32, u32)>, UserError> {
    let refused = || {
        UserError::new(
            Kind::Invalid,
            "unknown_value",
            format!("\u{201c}{value}\u{201d} is not a list of opened steps."),
        )
        .at("open")
        .remedy("Write step:number, several with commas, as in 2:40,3:40.")
    };
    value
        .split(',')
        .filter(|part| !part.is_empty())
        .map(|part| {
            let (step, top) = part.split_once(':').ok_or_else(refused)?;
            let step = step.parse().map_err(|_| refused())?;
            let top = top.parse().ok().filter(|top| (OPENED.0..=OPENED.1).contains(top)).ok_or_else(refused)?;
            Ok((step, top))
        })
        .collect()
}
