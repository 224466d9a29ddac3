//! A made-up telecom: customers from advert to renewal, in the logs of six channels, with causes of contacts
//! that are known because they were planted.
//!
//! The same seed gives the same bytes. Pure but for writing the files.

mod inventory;
mod kpis;
mod life;
mod logs;
mod truth;

use std::path::Path;

pub use inventory::{INVENTORY, STAGES};
pub use kpis::{KPIS, Kpi};

/// What to make up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Company {
    pub customers: u32,
    pub seed: u64,
}

/// A log of one channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Log {
    /// Also the name of its file, with `.csv`.
    pub source: &'static str,
    /// How its columns are read.
    pub mapping: &'static str,
    /// The dispatch log is left for the user to find and import.
    pub imported: bool,
}

/// All logs.
pub const LOGS: [Log; 6] = [
    Log { source: "web", mapping: "customer=customer,time=time,activity=page,device=device", imported: true },
    Log {
        source: "ivr",
        mapping: "customer=customer,time=time,activity=menu,duration=seconds",
        imported: true,
    },
    Log {
        source: "contact_centre",
        mapping: "customer=customer,time=time,activity=channel,id=contact,reason=wrap_up,text=note,duration=handle_seconds",
        imported: true,
    },
    Log {
        source: "billing",
        mapping: "customer=customer,time=time,activity=event,cost=amount,plan=plan",
        imported: true,
    },
    Log {
        source: "mail",
        mapping: "customer=customer,time=time,activity=event,campaign=campaign",
        imported: true,
    },
    Log {
        source: "dispatch",
        mapping: "customer=customer,time=time,activity=event,case=order,result=result",
        imported: false,
    },
];

/// Contact reasons: the touchpoint that each stands for, and whether it is a failure. Some stand for nothing yet.
pub const REASONS: [(&str, &str, bool); 4] = [
    ("appointment", "Technician visit", true),
    ("invoice", "Price promise", true),
    ("technical", "App", true),
    ("contract", "Renewal page", false),
];

/// What opens and closes a case, by log: an order is open until its first invoice.
pub const CASES: [(&str, &[&str], &[&str]); 2] =
    [("web", &["Order placed"], &[]), ("billing", &[], &["Invoice sent"])];

/// Writes the logs and the truth about them into a folder.
pub fn write(company: &Company, folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let mut logs = logs::Logs::default();
    let mut truth = truth::Truth::default();
    for number in 0..company.customers {
        life::live(company.seed, number, &mut logs, &mut truth);
    }
    logs.write(folder)?;
    truth.write(company, folder)
}
