//! Rules that no compiler knows: the arrows between crates, a head comment in every module, and the server
//! side kept out of the pages.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use cargo_metadata::{DependencyKind, MetadataCommand};

use crate::{Outcome, root};

/// Which of our crates each may use.
const ARROWS: [(&str, &[&str]); 12] = [
    ("contract", &[]),
    ("analytics", &[]),
    ("demo", &[]),
    ("migrations", &[]),
    ("xtask", &[]),
    ("events", &["contract", "analytics"]),
    ("db", &["contract"]),
    ("report", &["contract"]),
    ("services", &["contract", "db", "events", "analytics"]),
    ("app", &["contract", "services"]),
    ("frontend", &["app"]),
    ("server", &["app", "contract", "db", "demo", "events", "migrations", "report", "services"]),
];

/// Checks all rules and lists every breach.
pub fn check() -> Outcome {
    println!("== tidy");
    let mut breaches = arrows()?;
    for file in sources(&root()) {
        let text = fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
        let name = file.strip_prefix(root()).unwrap_or(&file).display().to_string();
        if !text.starts_with("//!") {
            breaches.push(format!("{name}: a module begins with //! and what it is for"));
        }
        let server_side = text.contains(concat!("feature = \"", "ssr\""));
        if server_side && !name.starts_with("app/src/api/") && name.starts_with("app/") {
            breaches.push(format!("{name}: the server side is known to app/src/api only"));
        }
    }
    if breaches.is_empty() { Ok(()) } else { Err(format!("not tidy:\n  {}", breaches.join("\n  "))) }
}

fn arrows() -> Outcome<Vec<String>> {
    let metadata = MetadataCommand::new().manifest_path(root().join("Cargo.toml")).no_deps().exec();
    let metadata = metadata.map_err(|error| error.to_string())?;
    let allowed: BTreeMap<&str, &[&str]> = ARROWS.into_iter().collect();
    let mut breaches = Vec::new();
    for package in &metadata.packages {
        let name = package.name.as_str();
        let Some(may) = allowed.get(name) else {
            breaches.push(format!("{name}: a crate that ARCHITECTURE.md and tidy don't know"));
            continue;
        };
        for dependency in &package.dependencies {
            let ours = allowed.contains_key(dependency.name.as_str()) && dependency.path.is_some();
            let counts = dependency.kind == DependencyKind::Normal;
            if ours && counts && !may.contains(&dependency.name.as_str()) {
                breaches.push(format!("{name} may not use {}", dependency.name));
            }
        }
    }
    Ok(breaches)
}

/// All Rust files that we wrote.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let Ok(entries) = fs::read_dir(folder) else { return found };
    for path in entries.flatten().map(|entry| entry.path()) {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if path.is_dir() && !matches!(name, "target" | "node_modules" | "data") && !name.starts_with('.') {
            found.extend(sources(&path));
        } else if name.ends_with(".rs") {
            found.push(path);
        }
    }
    found
}
