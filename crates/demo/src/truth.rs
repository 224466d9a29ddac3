//! What was planted, for comparison with what is found.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;

use crate::Company;

/// Contacts by their real cause, and how often each cause struck.
#[derive(Debug, Default)]
pub struct Truth {
    struck: BTreeMap<&'static str, u64>,
    caused: BTreeMap<&'static str, u64>,
    contacts: u64,
}

#[derive(Serialize)]
struct Cause {
    cause: &'static str,
    touchpoint: &'static str,
    experience: &'static str,
    department: &'static str,
    struck: u64,
    contacts: u64,
    note: &'static str,
}

#[derive(Serialize)]
struct File {
    customers: u32,
    seed: u64,
    contacts: u64,
    contacts_without_planted_cause: u64,
    causes: Vec<Cause>,
    symptoms: [(&'static str, &'static str); 2],
    decoys: [&'static str; 3],
    noisy_wrap_up_codes: &'static str,
}

const CAUSES: [(&str, &str, &str, &str, &str); 3] = [
    (
        "missed appointment",
        "Technician visit",
        "Never came",
        "Field service",
        "Seen in the dispatch log only, which is not imported.",
    ),
    (
        "wrong price",
        "Price promise",
        "Broken",
        "Sales",
        "Sales promised a discount that Billing does not know.",
    ),
    ("app outage", "App", "Outage", "Digital", "Three days on which the app failed."),
];

impl Truth {
    /// A cause struck a customer.
    pub fn strikes(&mut self, cause: &'static str) {
        *self.struck.entry(cause).or_default() += 1;
    }

    /// A contact happened, with its cause if one was planted.
    pub fn contact(&mut self, cause: Option<&'static str>) {
        self.contacts += 1;
        if let Some(cause) = cause {
            *self.caused.entry(cause).or_default() += 1;
        }
    }

    /// Writes `truth.json`.
    pub fn write(&self, company: &Company, folder: &Path) -> std::io::Result<()> {
        let caused: u64 = self.caused.values().sum();
        let file = File {
            customers: company.customers,
            seed: company.seed,
            contacts: self.contacts,
            contacts_without_planted_cause: self.contacts - caused,
            causes: CAUSES
                .into_iter()
                .map(|(cause, touchpoint, experience, department, note)| Cause {
                    cause,
                    touchpoint,
                    experience,
                    department,
                    struck: self.struck.get(cause).copied().unwrap_or(0),
                    contacts: self.caused.get(cause).copied().unwrap_or(0),
                    note,
                })
                .collect(),
            symptoms: [("Order status page", "missed appointment"), ("Invoice page", "wrong price")],
            decoys: ["Newsletter", "Help article", "Plan overview"],
            noisy_wrap_up_codes: "28 % of contacts carry a code drawn at random",
        };
        let text = serde_json::to_string_pretty(&file).map_err(std::io::Error::other)?;
        std::fs::write(folder.join("truth.json"), text)
    }
}
