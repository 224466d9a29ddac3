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

/// Makes sure of the programs that look at our files and interfaces from outside: poppler, LibreOffice, schemathesis.
/// Returns the path of the last.
pub fn outside() -> Outcome<std::path::PathBuf> {
    let mut missing = Vec::new();
    if !exists("pdffonts") {
        missing.push("poppler-utils");
    }
    if !exists("soffice") {
        missing.push("libreoffice-calc-nogui");
    }
    if !exists("python3") {
        missing.push("python3");
    }
    if !missing.is_empty() {
        packages(&missing)?;
    }
    let folder = crate::target().join("outside");
    let python = virtual_environment(&folder)?;
    let schemathesis = folder.join("bin").join("schemathesis");
    let requirements = root().join("end2end").join("requirements.txt");
    let fresh = |path: &Path| path.metadata().and_then(|meta| meta.modified()).ok();
    if fresh(&schemathesis) < fresh(&requirements) {
        Step::new("installing what asks the interface for machines").run(
            program(&python).args(["-m", "pip", "install", "--quiet", "--requirement"]).arg(&requirements),
        )?;
    }
    Ok(schemathesis)
}

/// A Python of its own in a folder; the path of its program.
pub fn virtual_environment(folder: &Path) -> Outcome<std::path::PathBuf> {
    let python = folder.join("bin").join("python");
    if python.exists() {
        return Ok(python);
    }
    let make =
        || Step::new("making a Python environment").run(program("python3").args(["-m", "venv"]).arg(folder));
    if make().is_err() {
        packages(&["python3-venv"])?;
        make()?;
    }
    Ok(python)
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
