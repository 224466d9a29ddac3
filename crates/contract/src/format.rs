//! Numbers, times and durations as text. Views carry raw values; this is where they get their form.

/// `12,345`.
pub fn count(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `12,345 journeys`, `1 journey`.
pub fn counted(value: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(value), if value == 1 { one } else { many })
}

/// `34 %`, `3.4 %`, `<0.1 %`.
pub fn percent(share: f64) -> String {
    let value = share * 100.0;
    if value == 0.0 {
        "0 %".to_owned()
    } else if value < 0.1 {
        "<0.1 %".to_owned()
    } else if value < 10.0 && (value - value.round()).abs() > 0.05 {
        format!("{value:.1} %")
    } else if value > 99.9 && value < 100.0 {
        ">99.9 %".to_owned()
    } else {
        format!("{value:.0} %")
    }
}

/// `45 s`, `3.5 min`, `2.1 h`, `4.0 d`.
pub fn duration(seconds: f64) -> String {
    if seconds < 1.0 {
        format!("{seconds:.1} s")
    } else if seconds < 90.0 {
        format!("{seconds:.0} s")
    } else if seconds < 5400.0 {
        format!("{:.1} min", seconds / 60.0)
    } else if seconds < 129_600.0 {
        format!("{:.1} h", seconds / 3600.0)
    } else {
        format!("{:.1} d", seconds / 86_400.0)
    }
}

/// `12.3 MB`.
pub fn bytes(value: u64) -> String {
    let value = value as f64;
    if value < 1e3 {
        format!("{value:.0} B")
    } else if value < 1e6 {
        format!("{:.0} kB", value / 1e3)
    } else if value < 1e9 {
        format!("{:.1} MB", value / 1e6)
    } else {
        format!("{:.1} GB", value / 1e9)
    }
}

/// An amount in cents: `6.50`.
pub fn money(cents: i64) -> String {
    format!("{}{}.{:02}", if cents < 0 { "-" } else { "" }, cents.abs() / 100, cents.abs() % 100)
}

/// A figure of contacts' worth: `2,115`, `8.3`, `-12`.
pub fn rounded(value: f64) -> String {
    let sign = if value <= -0.05 { "-" } else { "" };
    let value = value.abs();
    if value == 0.0 || value >= 9.95 || (value - value.round()).abs() < 0.05 {
        format!("{sign}{}", count(value.round() as u64))
    } else {
        format!("{sign}{value:.1}")
    }
}

/// Two values side by side, with as many digits as it takes to tell them apart, up to four.
pub fn apart(one: f64, other: f64) -> (String, String) {
    let plain = (rounded(one), rounded(other));
    if plain.0 != plain.1 || one.total_cmp(&other).is_eq() {
        return plain;
    }
    let digits = (1..4).find(|&digits| format!("{one:.digits$}") != format!("{other:.digits$}")).unwrap_or(4);
    (format!("{one:.digits$}"), format!("{other:.digits$}"))
}

/// A ratio: `12.6`, `1.23`, `0.2`.
pub fn ratio(value: f64) -> String {
    if value >= 100.0 {
        count(value.round() as u64)
    } else if value >= 10.0 {
        format!("{value:.1}")
    } else {
        format!("{value:.2}")
    }
}

/// An amount in cents without its cents: `14,060`.
pub fn whole_money(cents: f64) -> String {
    format!("{}{}", if cents <= -50.0 { "-" } else { "" }, count((cents.abs() / 100.0).round() as u64))
}

/// Seconds since 1970 as `2026-03-01 14:03` in UTC.
pub fn instant(seconds: i64) -> String {
    let (days, rest) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    format!("{} {:02}:{:02}", day(days), rest / 3600, rest % 3600 / 60)
}

/// Days since 1970 as `2026-03-01`, by the civil-from-days method of Howard Hinnant.
pub fn day(days: i64) -> String {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let day_of_era = z.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_shifted + 2) / 5 + 1;
    let month = if month_shifted < 10 { month_shifted + 3 } else { month_shifted - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use super::{apart, count, duration, instant, money, percent, ratio, rounded, whole_money};

    #[test]
    fn numbers() {
        assert_eq!([count(0), count(999), count(1000), count(1_234_567)], ["0", "999", "1,000", "1,234,567"]);
        assert_eq!(
            [percent(0.0), percent(0.0004), percent(0.034), percent(0.34), percent(1.0)],
            ["0 %", "<0.1 %", "3.4 %", "34 %", "100 %"]
        );
        assert_eq!([money(650), money(-5)], ["6.50", "-0.05"]);
        assert_eq!(
            [rounded(2114.58), rounded(8.26), rounded(-12.4), rounded(-0.01)],
            ["2,115", "8.3", "-12", "0"]
        );
        assert_eq!([ratio(12.56), ratio(1.234), ratio(1234.0)], ["12.6", "1.23", "1,234"]);
        let written = |one, other| {
            let (one, other) = apart(one, other);
            format!("{one} {other}")
        };
        assert_eq!(
            [written(24.0, 67.0), written(99.1, 99.3), written(0.03, 0.01), written(5.0, 5.0)],
            ["24 67", "99.1 99.3", "0.03 0.01", "5 5"]
        );
        assert_eq!([whole_money(1_406_049.0), whole_money(-120.0)], ["14,060", "-1"]);
    }

    #[test]
    fn times() {
        assert_eq!(instant(1_767_225_600), "2026-01-01 00:00");
        assert_eq!(instant(951_782_400 + 3660), "2000-02-29 01:01");
        assert_eq!(
            [duration(0.25), duration(45.0), duration(210.0), duration(7560.0)],
            ["0.2 s", "45 s", "3.5 min", "2.1 h"]
        );
    }
}
