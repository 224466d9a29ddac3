//! Running other programs, saying what and how long.

use std::ffi::OsStr;
use std::process::Command;
use std::time::Instant;

use crate::{Outcome, root};

/// A program to be run in the root of the checkout.
pub fn program(name: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(name);
    command.current_dir(root());
    // What cargo tells this program about its own package would make build scripts of others run again.
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") || text == "CARGO_BIN_NAME" {
            command.env_remove(&name);
        }
    }
    command
}

/// One step with a name.
pub struct Step {
    name: String,
    said: bool,
}

impl Step {
    /// Says what is going on.
    pub fn new(name: impl Into<String>) -> Self {
        let name = name.into();
        println!("== {name}");
        Self { name, said: true }
    }

    /// Says nothing.
    pub fn quiet(name: impl Into<String>) -> Self {
        Self { name: name.into(), said: false }
    }

    /// Runs to the end; anything but success is an error.
    pub fn run(self, command: &mut Command) -> Outcome {
        let began = Instant::now();
        let status =
            command.status().map_err(|error| format!("{}: can't run {}: {error}", self.name, line(command)))?;
        if !status.success() {
            return Err(format!("{} failed: {} ended with {status}", self.name, line(command)));
        }
        if self.said {
            println!("   {} took {:.1} s", self.name, began.elapsed().as_secs_f64());
        }
        Ok(())
    }
}

/// A command as one would type it.
fn line(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}

/// Whether a program can be started at all.
pub fn exists(name: &str) -> bool {
    Command::new(name).arg("--version").output().is_ok_and(|output| output.status.success())
}
