//! Words of contacts: what customers talk about, and which of it no log covers.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use analytics::drivers::Shared;
use analytics::keywords::{Keyword, keywords};
use analytics::normal::Z;
use contract::drivers::{GapView, KeywordView, Said};
use contract::sources::LANGUAGES;
use events::{Remark, Snapshot};
use rayon::prelude::*;
use unicode_segmentation::UnicodeSegmentation as _;

use super::judge::Judged;
use crate::Services;
use crate::cache::Data;

/// Fewest customers that say a word before it is shown.
const FEWEST: u64 = 5;
/// Keywords shown of a figure, and of a gap.
const MOST: usize = 14;
const MOST_OF_GAP: usize = 8;
/// A group is covered where so large a part of its texts names something that a log covers.
const COVERED: f64 = 0.5;
/// Letters that two words must share at least to be forms of one.
const STEM: usize = 5;
/// Bytes of a text that are read.
const LONGEST: usize = 2_000;
/// Bytes of a text that are shown as an example.
const SHOWN: usize = 300;
/// Examples that are shown, and customers among whom they are chosen.
const EXAMPLES: usize = 5;
const SEARCHED: usize = 400;
/// Texts that are taken apart at a time.
const AT_A_TIME: usize = 20_000;
/// Different words and phrases that are known; later ones are left out.
const MOST_WORDS: usize = 2_000_000;

/// Texts from which the language is told.
const SAMPLE: usize = 2_000;

type Stop = BTreeSet<&'static str>;

/// The stop words of a log's texts: of the language that it was told to be in, else of the one that it seems to be in.
fn stop_words_for<'a>(language: Option<&str>, texts: impl Iterator<Item = &'a str>) -> Stop {
    match language.filter(|language| LANGUAGES.iter().any(|(known, _)| known == language)) {
        Some(language) => stop_words::lookup(language).unwrap_or_default().iter().copied().collect(),
        None => stop_words_of(texts),
    }
}

/// The stop words of the language that texts are in: the one whose short words they hold most of.
fn stop_words_of<'a>(texts: impl Iterator<Item = &'a str>) -> Stop {
    let lists: Vec<Stop> = LANGUAGES
        .iter()
        .map(|(language, _)| stop_words::lookup(language).unwrap_or_default().iter().copied().collect())
        .collect();
    let mut held = vec![0_usize; lists.len()];
    for text in texts {
        for word in text.unicode_words().map(str::to_lowercase).filter(|word| word.len() <= 4) {
            for (count, list) in held.iter_mut().zip(&lists) {
                *count += usize::from(list.contains(word.as_str()));
            }
        }
    }
    let best = (0..lists.len()).max_by_key(|&at| (held[at], std::cmp::Reverse(at))).unwrap_or(0);
    lists.into_iter().nth(best).unwrap_or_default()
}

/// The words of all texts, by customer and time.
#[derive(Debug, Default)]
pub struct Words {
    /// Of all logs together.
    stop: Stop,
    dictionary: Vec<String>,
    of: HashMap<(u32, i64), Vec<u32>>,
    /// What was said, one after the other, and where of it each text lies.
    said: String,
    places: HashMap<(u32, i64), (usize, usize)>,
    /// Customers and instants with words, in order.
    index: Vec<(u32, i64)>,
}

/// The words of the latest events.
#[derive(Default)]
pub struct Vocabulary(Mutex<Option<Kept>>);

struct Kept {
    snapshot: Arc<Snapshot>,
    languages: Languages,
    words: Arc<Words>,
}

/// Languages that logs were told to be in, by name of the log.
type Languages = BTreeMap<String, String>;

impl Vocabulary {
    /// Those of some data, read where they are not kept.
    pub fn get(&self, services: &Services, data: &Data) -> Arc<Words> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let told = data.inventory.logs.iter().filter(|log| !log.language.is_empty());
        let languages: Languages = told.map(|log| (log.name.clone(), log.language.clone())).collect();
        if let Some(kept) = &*kept
            && Arc::ptr_eq(&kept.snapshot, &data.snapshot)
            && kept.languages == languages
        {
            return kept.words.clone();
        }
        let told = events::texts_of(&services.store, &data.segments, &data.tails, &data.aliases);
        let told = match told {
            Ok(told) => told,
            Err(error) => {
                // A report without words is better than none; the next one tries again.
                tracing::warn!(error = &error as &dyn std::error::Error, "texts could not be read");
                return Arc::default();
            }
        };
        let words = Arc::new(Words::of(data, told, &languages));
        *kept = Some(Kept { snapshot: data.snapshot.clone(), languages, words: words.clone() });
        words
    }
}

/// Words and two-word phrases of a text, each once: lower case, without words that say nothing.
fn words_of(text: &str, stop: &Stop) -> BTreeSet<String> {
    let text = &text[..text.floor_char_boundary(LONGEST)];
    let all: Vec<String> = text.unicode_words().map(str::to_lowercase).collect();
    let tells = |word: &str| {
        word.chars().count() > 2 && !stop.contains(word) && !word.chars().all(|letter| letter.is_numeric())
    };
    let pairs = all.windows(2).filter(|pair| pair.iter().all(|word| tells(word)));
    let pairs: Vec<String> = pairs.map(|pair| pair.join(" ")).collect();
    all.into_iter().filter(|word| tells(word)).chain(pairs).collect()
}

impl Words {
    fn of(data: &Data, told: Vec<Remark>, languages: &Languages) -> Self {
        let mut samples: BTreeMap<u32, Vec<&str>> = BTreeMap::new();
        for told in &told {
            let sample = samples.entry(told.source).or_default();
            if sample.len() < SAMPLE {
                sample.push(&told.text[..told.text.floor_char_boundary(LONGEST)]);
            }
        }
        let stop_of = |(source, texts): (u32, Vec<&str>)| {
            let activity = data.snapshot.activities.iter().find(|one| one.source_order == source);
            let language = activity.and_then(|one| languages.get(&one.source)).map(String::as_str);
            (source, stop_words_for(language, texts.into_iter()))
        };
        let stops: BTreeMap<u32, Stop> = samples.into_iter().map(stop_of).collect();
        let stop = stops.values().flatten().copied().collect();
        let mut words = Self { stop, ..Self::default() };
        let mut codes: HashMap<String, u32> = HashMap::new();
        for some in told.chunks(AT_A_TIME) {
            let found: Vec<(u32, i64, BTreeSet<String>)> = some
                .par_iter()
                .filter_map(|told| {
                    let customer = data.snapshot.customer(told.customer)? as u32;
                    Some((customer, told.time, words_of(&told.text, &stops[&told.source])))
                })
                .collect();
            for told in some {
                if let Some(customer) = data.snapshot.customer(told.customer) {
                    let begin = words.said.len();
                    words.said.push_str(&told.text[..told.text.floor_char_boundary(SHOWN)]);
                    words.places.insert((customer as u32, told.time), (begin, words.said.len()));
                }
            }
            for (customer, time, texts) in found {
                let of = words.of.entry((customer, time)).or_default();
                for text in texts {
                    let next = words.dictionary.len() as u32;
                    match codes.get(&text) {
                        Some(&code) => of.push(code),
                        None if (next as usize) < MOST_WORDS => {
                            words.dictionary.push(text.clone());
                            codes.insert(text, next);
                            of.push(next);
                        }
                        None => {}
                    }
                }
                of.sort_unstable();
                of.dedup();
            }
        }
        words.index = words.of.keys().copied().collect();
        words.index.sort_unstable();
        words
    }

    fn of_customer(&self, customer: u32) -> impl Iterator<Item = (i64, &[u32])> {
        let from = self.index.partition_point(|&(one, _)| one < customer);
        let own = self.index[from..].iter().take_while(move |&&(one, _)| one == customer);
        own.map(|key| (key.1, self.of.get(key).map_or(&[][..], Vec::as_slice)))
    }

    /// What some customers talk about more than the rest of all, a word counting once each; with examples.
    pub fn of_group(&self, group: &[u32], all: &[u32]) -> Said {
        let mut inside: Vec<u32> = group.to_vec();
        inside.sort_unstable();
        inside.dedup();
        let texts: Vec<(Vec<u32>, bool)> = all
            .par_iter()
            .filter_map(|&customer| {
                let mut words: Vec<u32> =
                    self.of_customer(customer).flat_map(|(_, words)| words).copied().collect();
                words.sort_unstable();
                words.dedup();
                (!words.is_empty()).then(|| (words, inside.binary_search(&customer).is_ok()))
            })
            .collect();
        let found = self.telling_of(&texts);
        let telling: Vec<u32> = found.iter().take(MOST).map(|one| one.word).collect();
        let says = |words: &[u32]| telling.iter().filter(|word| words.binary_search(word).is_ok()).count();
        let mut examples = Vec::new();
        for &customer in &inside {
            let best = self.of_customer(customer).max_by_key(|(_, words)| says(words));
            if let Some((time, words)) = best.filter(|(_, words)| says(words) > 0)
                && let Some(text) = self.said(customer, time)
            {
                examples.push((says(words), text));
            }
            if examples.len() >= SEARCHED {
                break;
            }
        }
        examples.sort_by_key(|(says, _)| std::cmp::Reverse(*says));
        examples.dedup_by(|one, other| one.1 == other.1);
        Said {
            with_text: texts.iter().filter(|(_, inside)| *inside).count() as u64,
            keywords: found.into_iter().take(MOST).map(|one| self.view(one)).collect(),
            examples: examples.into_iter().take(EXAMPLES).map(|(_, text)| text).collect(),
        }
    }

    fn view(&self, one: Keyword) -> KeywordView {
        KeywordView {
            word: self.dictionary[one.word as usize].clone(),
            customers: one.inside,
            others: one.outside,
            z: one.z,
        }
    }

    /// What a customer said at an instant.
    pub fn said(&self, customer: u32, time: i64) -> Option<String> {
        let &(from, to) = self.places.get(&(customer, time))?;
        Some(self.said[from..to].to_owned()).filter(|text| !text.trim().is_empty())
    }

    /// The contacts that hold words, in their order.
    fn spoken<'a>(&'a self, data: &Data, judged: &'a Judged) -> Vec<Spoken<'a>> {
        if self.of.is_empty() {
            return Vec::new();
        }
        let times = data.snapshot.log.times();
        let contacts = judged.split.contacts.par_iter().enumerate();
        let spoken = contacts.filter_map(|(at, contact)| {
            let words = self.of.get(&(contact.customer, times[contact.event as usize]))?;
            (!words.is_empty()).then_some(Spoken { at, contact, words })
        });
        spoken.collect()
    }

    /// The telling words of some contacts against all others; a word counts once a customer.
    fn telling(&self, spoken: &[Spoken<'_>], inside: impl Fn(&Spoken<'_>) -> bool) -> Vec<Keyword> {
        // A customer's contacts on one side are one text.
        let mut texts: Vec<(Vec<u32>, bool)> = Vec::new();
        let mut latest: [Option<(u32, usize)>; 2] = [None; 2];
        for one in spoken {
            let Spoken { contact, words, .. } = *one;
            let side = inside(one);
            match latest[usize::from(side)] {
                Some((customer, text)) if customer == contact.customer => {
                    texts[text].0.extend_from_slice(words)
                }
                _ => {
                    latest[usize::from(side)] = Some((contact.customer, texts.len()));
                    texts.push((words.to_vec(), side));
                }
            }
        }
        for (words, _) in &mut texts {
            words.sort_unstable();
            words.dedup();
        }
        self.telling_of(&texts)
    }

    fn telling_of(&self, texts: &[(Vec<u32>, bool)]) -> Vec<Keyword> {
        let found =
            keywords(texts.iter().map(|(words, side)| (words.as_slice(), *side)), self.dictionary.len());
        let mut found: Vec<Keyword> =
            found.into_iter().filter(|one| one.z > Z && one.inside >= FEWEST).collect();
        // A phrase says what its words say: of both, the phrase stays where it is as frequent.
        let phrases: Vec<(String, u64)> = found
            .iter()
            .map(|one| (self.dictionary[one.word as usize].clone(), one.inside))
            .filter(|(word, _)| word.contains(' '))
            .collect();
        found.retain(|one| {
            let word = &self.dictionary[one.word as usize];
            word.contains(' ')
                || !phrases
                    .iter()
                    .any(|(phrase, count)| *count == one.inside && phrase.split(' ').any(|part| part == word))
        });
        found
    }

    /// The telling words of contacts, by their place in the split.
    pub fn keywords(&self, data: &Data, judged: &Judged, inside: impl Fn(usize) -> bool) -> Vec<KeywordView> {
        let found = self.telling(&self.spoken(data, judged), |one| inside(one.at));
        found.into_iter().take(MOST).map(|one| self.view(one)).collect()
    }

    /// What customers talk about before anything explains it: for each driver, and for what nothing explains, the words
    /// that no touchpoint with data is named by. Drivers come first, by their contacts.
    pub fn gaps(&self, data: &Data, judged: &Judged) -> Vec<GapView> {
        if self.dictionary.is_empty() {
            return Vec::new();
        }
        let (with_data, without_data) = names(data, &self.stop);
        let covered: Vec<bool> = self.dictionary.par_iter().map(|word| is_named(word, &with_data)).collect();
        // Contacts of each driver, and those that nothing explains.
        let (mut of_driver, mut unexplained) = (vec![0_u64; judged.drivers.drivers.len()], 0);
        for contact in &judged.split.contacts {
            unexplained += u64::from(contact.shares.is_empty());
            contact.shares.iter().for_each(|share| of_driver[share.candidate as usize] += 1);
        }
        let mut drivers: Vec<(usize, f64)> = judged
            .drivers
            .drivers
            .iter()
            .enumerate()
            .filter(|(_, driver)| driver.is_cause())
            .map(|(at, driver)| (at, driver.excess.map_or(0.0, |excess| excess.contacts)))
            .collect();
        drivers.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        let groups: Vec<Option<u32>> =
            drivers.into_iter().map(|(at, _)| Some(at as u32)).chain([None]).collect();
        let spoken = self.spoken(data, judged);
        let gap = |&group: &Option<u32>| {
            let inside = |one: &Spoken<'_>| match group {
                Some(driver) => one.contact.shares.iter().any(|share| share.candidate == driver),
                None => one.contact.shares.is_empty(),
            };
            let telling = self.telling(&spoken, inside);
            let words: Vec<&Keyword> =
                telling.iter().filter(|one| !covered[one.word as usize]).take(MOST_OF_GAP).collect();
            let texts = || spoken.iter().filter(|one| inside(one)).map(|one| one.words);
            let named = texts().filter(|words| words.iter().any(|&word| covered[word as usize])).count();
            let all = texts().count();
            if words.is_empty() || named as f64 >= COVERED * all as f64 {
                return None;
            }
            let holds = |text: &&[u32]| words.iter().any(|one| text.binary_search(&one.word).is_ok());
            let keywords: Vec<String> =
                words.iter().map(|one| self.dictionary[one.word as usize].clone()).collect();
            let known =
                without_data.iter().filter(|(_, parts)| keywords.iter().any(|word| is_named(word, parts)));
            Some(GapView {
                after: group.map(|driver| judged.candidates.name(data, driver)),
                contacts: texts().filter(holds).count() as u64,
                of: group.map_or(unexplained, |driver| of_driver[driver as usize]),
                touchpoints: known.map(|(name, _)| name.clone()).collect(),
                keywords,
            })
        };
        groups.par_iter().filter_map(gap).collect()
    }
}

/// A contact that holds words.
struct Spoken<'a> {
    /// Its place among all contacts.
    at: usize,
    contact: &'a Shared,
    words: &'a [u32],
}

type Parts = Vec<String>;

/// Words of the names of everything that events are of; and touchpoints without any event, with the words of theirs.
fn names(data: &Data, stop: &Stop) -> (Parts, Vec<(String, Parts)>) {
    let parts = |name: &str| -> Parts { name.unicode_words().map(str::to_lowercase).collect() };
    let inventory = &data.inventory;
    let mut with: BTreeSet<String> = BTreeSet::new();
    let mut without = Vec::new();
    for (touchpoint, &events) in inventory.touchpoints.iter().zip(&data.mapped.by_touchpoint) {
        if events > 0 {
            with.extend(parts(&touchpoint.name));
        } else {
            without.push((touchpoint.name.clone(), parts(&touchpoint.name)));
        }
    }
    for (class, &events) in data.mapped.classes.iter().zip(&data.mapped.by_class) {
        if events > 0 {
            with.extend(parts(&data.snapshot.activities[class.activity as usize].name));
        }
    }
    for (experience, &events) in inventory.experiences.iter().zip(&data.mapped.by_experience) {
        if events > 0 {
            with.extend(parts(&experience.name));
        }
    }
    let with = with.into_iter().filter(|word| !stop.contains(word.as_str())).collect();
    (with, without)
}

/// Whether a word or phrase names one of these, in whatever form.
fn is_named(phrase: &str, names: &[String]) -> bool {
    let alike = |word: &str, name: &str| {
        let shared = word.chars().zip(name.chars()).take_while(|(a, b)| a == b).count();
        let longest = word.chars().count().max(name.chars().count());
        word == name || (shared >= STEM && shared + 3 >= longest)
    };
    phrase.split(' ').any(|word| names.iter().any(|name| alike(word, name)))
}

#[cfg(test)]
mod tests {
    use super::{is_named, stop_words_for, stop_words_of, words_of};

    #[test]
    fn words_and_phrases() {
        let stop = stop_words_of(["the technician is on the way to us"].into_iter());
        let found: Vec<String> =
            words_of("The Technician never came, technician!", &stop).into_iter().collect();
        assert!(found.contains(&"technician".to_owned()) && !found.contains(&"the".to_owned()), "{found:?}");
        assert_eq!(words_of("\u{dc}bergabe 12 ab", &stop).into_iter().collect::<Vec<_>>(), ["\u{fc}bergabe"]);
    }

    #[test]
    fn the_language_is_told_by_its_short_words() {
        // What a log was told to be in counts, whatever it seems to be.
        let told = stop_words_for(Some("de"), ["the technician is on the way to us"].into_iter());
        assert!(told.contains("und") && !told.contains("the"));
        let german = stop_words_of(["der Techniker ist nicht gekommen und wir haben es satt"].into_iter());
        assert!(german.contains("nicht") && !german.contains("came"));
    }

    #[test]
    fn forms_of_a_word_name_the_same() {
        let names = ["promise".to_owned(), "call".to_owned()];
        assert!(is_named("promised discount", &names));
        assert!(!is_named("called", &names) && !is_named("missed", &names));
    }
}
