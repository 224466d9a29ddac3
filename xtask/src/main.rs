//! The project's own tools: `cargo xtask start | build | test | dev | tidy | bench`.
//!
//! What a step needs is installed first, saying so; a step that can't be done fails, none is skipped.

mod assets;
mod bench;
mod browser;
mod run;
mod setup;
mod test;
mod tidy;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use run::{Step, program};

/// What went wrong, in a line or two.
pub type Outcome<T = ()> = Result<T, String>;

fn main() -> ExitCode {
    let task = std::env::args().nth(1).unwrap_or_default();
    let outcome = match task.as_str() {
        "start" => start(),
        "build" => build().map(drop),
        "test" => test::all(),
        "dev" => dev(),
        "tidy" => tidy::check(),
        "bench" => bench::run(&std::env::args().skip(2).collect::<Vec<_>>()),
        _ => Err("usage: cargo xtask start | build | test | dev | tidy | bench".to_owned()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

/// The root of the checkout that `cargo xtask` was called in. Cargo says it at run time; the one of compile time
/// is another checkout's where two share a target folder.
pub fn root() -> PathBuf {
    let package =
        std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
    package.parent().map_or_else(PathBuf::new, Path::to_owned)
}

/// Where cargo puts what it builds.
pub fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// What is built for this machine. Always the same packages and features, since others would build the
/// dependencies once more; the browser's half is built on its own.
pub const NATIVE: [&str; 5] = ["--workspace", "--exclude", "frontend", "--features", "app/ssr"];

/// Builds both halves and returns the path of the program.
fn build() -> Outcome<PathBuf> {
    setup::wasm_target()?;
    assets::build()?;
    Step::new("building the server").run(program("cargo").args(["build", "--release"]).args(NATIVE))?;
    Ok(target().join("release").join("throughline"))
}

/// Set-up, build, demo company, serve.
fn start() -> Outcome {
    let throughline = build()?;
    let data = root().join("data");
    Step::new("preparing the demo company")
        .run(program(&throughline).args(["demo", "--data-dir"]).arg(&data))?;
    println!("== serving; end with Ctrl C");
    Step::quiet("serving").run(program(&throughline).args(["serve", "--demo", "--data-dir"]).arg(&data))
}

/// Builds and serves like `start`, without optimising the server.
fn dev() -> Outcome {
    setup::wasm_target()?;
    assets::build()?;
    Step::new("building the server (unoptimised)").run(program("cargo").args([
        "build",
        "--package",
        "server",
    ]))?;
    let throughline = target().join("debug").join("throughline");
    let data = root().join("data");
    Step::new("preparing the demo company")
        .run(program(&throughline).args(["demo", "--data-dir"]).arg(&data))?;
    Step::quiet("serving").run(program(&throughline).args(["serve", "--demo", "--data-dir"]).arg(&data))
}
