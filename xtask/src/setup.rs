//! Installing what a step needs: the wasm target, Debian packages, Node packages.

use std::path::Path;
use std::process::Command;

use crate::run::{Step, exists, program};
use crate::{Outcome, root};

const WASM: &str = "wasm32-unknown-unknown";

/// Whether the toolchain that rustup manages can build for the browser.
fn has_wasm() -> bool {
    let output = Command::new("rustc").args(["--print", "target-libdir", "--target", WASM]).output();
    output.is_ok_and(|output| {
        let folder = String::from_utf8_lossy(&output.stdout);
        Path::new(folder.trim()).is_dir()
    })
}

/// Makes sure that code for the browser can be built.
pub fn wasm_target() -> Outcome {
    if has_wasm() || debian_wasm() {
        return Ok(());
    }
    if exists("rustup") {
        let added =
            Step::new("adding the wasm target by rustup").run(program("rustup").args(["target", "add", WASM]));
        if added.is_ok() && has_wasm() {
            return Ok(());
        }
    }
    println!("== rustup can't add the target; trying the packages of Debian");
    packages(&["rustc-web", "cargo-web", "rust-web-src", "lld-22"])?;
    if debian_wasm() {
        Ok(())
    } else {
        Err(format!("the Rust target {WASM} can't be installed: add it by rustup or by your system"))
    }
}

/// Whether Debian's toolchain for the browser is there.
fn debian_wasm() -> bool {
    Path::new("/usr/bin/wasm-ld-22").exists() && Path::new("/usr/bin/cargo").exists()
}

/// Cargo for the browser's half: the toolchain in use, or Debian's with the standard library from source.
pub fn wasm_cargo() -> Command {
    if has_wasm() {
        let mut cargo = program("cargo");
        cargo.args(["build", "--target", WASM]);
        return cargo;
    }
    let mut cargo = program("/usr/bin/cargo");
    cargo
        .env("RUSTC", "/usr/bin/rustc")
        .env("RUSTC_BOOTSTRAP", "1")
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", "wasm-ld-22")
        .args(["build", "--target", WASM, "-Zbuild-std=std,panic_abort"]);
    cargo
}

/// Installs Debian packages, where this is Debian and we may.
pub fn packages(names: &[&str]) -> Outcome {
    if !Path::new("/etc/debian_version").exists() || !exists("apt-get") {
        return Err(format!(
            "needed: {}. Install what corresponds to these Debian packages, then run this again",
            names.join(", ")
        ));
    }
    Step::new("refreshing the list of Debian packages").run(program("apt-get").args(["update", "-q"]))?;
    let install = Step::new(format!("installing Debian packages: {}", names.join(", ")));
    install.run(
        program("apt-get")
            .env("DEBIAN_FRONTEND", "noninteractive")
            .args(["install", "-y", "-q", "--no-install-recommends"])
            .args(names),
    )
}

/// Makes sure of the browser, Node and the test packages.
pub fn browser() -> Outcome {
    if !exists("chromium") {
        packages(&["chromium"])?;
    }
    if !exists("node") || !exists("npm") {
        packages(&["nodejs", "npm"])?;
    }
    let folder = root().join("end2end");
    let stamp = folder.join("node_modules").join(".package-lock.json");
    let fresh = |path: &Path| path.metadata().and_then(|meta| meta.modified()).ok();
    if fresh(&stamp) < fresh(&folder.join("package-lock.json")) {
        let step = Step::new("installing the browser tests' packages");
        step.run(program("npm").current_dir(&folder).env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1").args([
            "ci",
            "--no-audit",
            "--no-fund",
        ]))?;
    }
    Ok(())
}

/// The folder of PostgreSQL's programs, installing them where they are missing.
pub fn postgres() -> Outcome<std::path::PathBuf> {
    let find = || {
        let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
        let mut folders: Vec<_> = versions
            .flatten()
            .map(|entry| entry.path().join("bin"))
            .filter(|bin| bin.join("initdb").exists())
            .collect();
        folders.sort();
        folders.pop()
    };
    if let Some(folder) = find() {
        return Ok(folder);
    }
    packages(&["postgresql"])?;
    find().ok_or_else(|| "PostgreSQL was installed, but its programs are not in /usr/lib/postgresql".to_owned())
}
