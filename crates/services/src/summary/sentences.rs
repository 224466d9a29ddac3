//! What changed, in plain sentences made from figures, each with the rule that made it.

use analytics::change::{Scale, changes};
use contract::drivers::{DriversView, WeekRow};
use contract::format::count;
use contract::reviews::{ActionRow, EffectView};
use contract::summary::{CostlyDriver, Sentence};

use super::Side;

/// A change smaller than this says nothing.
const NOTABLE: f64 = 0.05;

fn whole(value: f64) -> String {
    count(value.round().max(0.0) as u64)
}

fn percent(share: f64) -> String {
    format!("{:.0} %", share.abs() * 100.0)
}

/// What changed, in sentences.
pub fn sentences(
    now: &Side<'_>,
    then: Option<&Side<'_>>,
    drivers: &[CostlyDriver],
    actions: &[ActionRow],
    path: &str,
) -> Vec<Sentence> {
    let mut said = Vec::new();
    let mut say = |words: String, rule: &str, path: &str, good: Option<bool>| {
        said.push(Sentence { words, rule: rule.to_owned(), path: path.to_owned(), good });
    };
    if let Some(then) = then {
        let (new, old) = (now.contacts, then.contacts);
        let score = (new - old) / (new + old).max(1.0).sqrt();
        let change = new / old.max(1.0) - 1.0;
        let rule = "Written as a rise or fall where the number of contacts differs from the period before by at least 5 %, and by more than chance (two counts compared, 95 %).";
        if score.abs() > 1.96 && change.abs() >= NOTABLE {
            let word = if change > 0.0 { "rose" } else { "fell" };
            say(
                format!(
                    "Contacts {word} by {}: {} against {} in the period before.",
                    percent(change),
                    whole(new),
                    whole(old)
                ),
                rule,
                path,
                Some(change < 0.0),
            );
        } else {
            say(
                format!("Contacts stayed about the same: {} against {}.", whole(new), whole(old)),
                rule,
                path,
                None,
            );
        }
        let moved = |report: &DriversView, name: &str| {
            let all = report.drivers.iter().chain(&report.others);
            all.filter(|row| row.name == name).map(|row| row.shared).sum::<f64>()
        };
        let rule = "The driver whose contacts\u{2019} worth changed most against the period before, where that is more than chance and at least 5 %.";
        let most = now
            .report
            .drivers
            .iter()
            .map(|row| (row.name.as_str(), row.shared, moved(then.report, &row.name)))
            .chain(
                then.report
                    .drivers
                    .iter()
                    .map(|row| (row.name.as_str(), moved(now.report, &row.name), row.shared)),
            )
            .filter(|(_, new, old)| {
                (new - old).abs() > 1.96 * (new + old).sqrt() && (new - old).abs() >= NOTABLE * old.max(1.0)
            })
            .max_by(|a, b| (a.1 - a.2).abs().total_cmp(&(b.1 - b.2).abs()));
        if let Some((name, new, old)) = most {
            let word = if new > old { "more" } else { "fewer" };
            say(
                format!(
                    "{name} caused {} contacts {word} than in the period before ({} against {}).",
                    whole((new - old).abs()),
                    whole(new),
                    whole(old)
                ),
                rule,
                path,
                Some(new < old),
            );
        }
    }
    let weeks: Vec<&WeekRow> = now.report.weeks.iter().filter(|week| !week.partial).collect();
    let counts: Vec<f64> = weeks.iter().map(|week| week.contacts as f64).collect();
    if let Some(change) = changes(&counts, Scale::Counts).last() {
        let word = if change.after > change.before { "more" } else { "fewer" };
        say(
            format!(
                "From the week of {} on there were {word} contacts: {} a week, {} before.",
                weeks[change.at].day,
                whole(change.after),
                whole(change.before)
            ),
            "The latest change of level in the weekly contacts of the period, found by PELT; fewer than one flat series in twenty shows one.",
            path,
            Some(change.after < change.before),
        );
    }
    for driver in drivers {
        if let Some(change) = changes(&driver.weeks, Scale::Counts).last() {
            let word = if change.after > change.before { "rose" } else { "fell" };
            say(
                format!(
                    "Contacts after {} {word} in the week of {}: {} a week, {} before.",
                    driver.name,
                    weeks[change.at].day,
                    whole(change.after),
                    whole(change.before)
                ),
                "The latest change of level in the weekly contacts\u{2019} worth of one of the costliest drivers, found by PELT.",
                driver.path.as_deref().unwrap_or(path),
                Some(change.after < change.before),
            );
        }
    }
    for action in actions {
        if let Some(EffectView::Measured { before, change: (value, low, high), .. }) = action.effect
            && (high < 0.0 || low > 0.0)
        {
            let word = if value < 0.0 { "fewer" } else { "more" };
            say(
                format!(
                    "After \u{201c}{}\u{201d} there were {} contacts {word} a week at {} ({} before).",
                    action.title,
                    whole(value.abs()),
                    action.target,
                    whole(before)
                ),
                "An action whose interval of 95 % for the weekly change of the contacts it targets leaves out zero.",
                "/reviews",
                Some(value < 0.0),
            );
        }
    }
    let overdue = actions.iter().filter(|action| action.overdue).count();
    if overdue > 0 {
        let words = if overdue == 1 {
            "One action is overdue.".to_owned()
        } else {
            format!("{overdue} actions are overdue.")
        };
        say(words, "Actions that are not done, and whose day has passed.", "/reviews", Some(false));
    }
    said
}
