//! Every check there is: format, clippy, tidy, unit and property tests, both databases, wasm, real browser.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::run::{Step, exists, program};
use crate::{NATIVE, Outcome, browser, build, setup, tidy};

/// Where the tests find a PostgreSQL; without it they run on SQLite.
const POSTGRES: &str = "THROUGHLINE_TEST_POSTGRES";

/// Runs all checks; the first that fails ends the run.
pub fn all() -> Outcome {
    Step::new("format").run(program("cargo").args(["fmt", "--all", "--check"]))?;
    tidy::check()?;
    let throughline = build()?;
    Step::new("clippy").run(program("cargo").args(["clippy", "--release"]).args(NATIVE).args([
        "--all-targets",
        "--",
        "-D",
        "warnings",
    ]))?;
    Step::new("tests, on SQLite").run(tests().env_remove(POSTGRES))?;
    let cluster = Cluster::start()?;
    Step::new("tests of the services, on PostgreSQL")
        .run(tests().args(["--test", "services"]).env(POSTGRES, cluster.url()))?;
    drop(cluster);
    browser::test(&throughline)
}

/// All tests; the same packages and features every time, so that nothing is built twice.
fn tests() -> Command {
    let mut command = program("cargo");
    command.args(["test", "--release"]).args(NATIVE);
    command
}

/// A PostgreSQL of our own, on a socket in a temporary folder, gone with this value.
struct Cluster {
    folder: tempfile::TempDir,
    bin: PathBuf,
}

impl Cluster {
    fn start() -> Outcome<Self> {
        let bin = setup::postgres()?;
        let folder =
            tempfile::Builder::new().prefix("throughline-pg").tempdir().map_err(|error| error.to_string())?;
        let data = folder.path().join("data");
        fs::create_dir(&data).map_err(|error| error.to_string())?;
        let cluster = Self { folder, bin };
        if is_root() {
            // PostgreSQL refuses to run as root: the packages made a user for it.
            Step::quiet("handing over the folder")
                .run(program("chown").args(["-R", "postgres"]).arg(cluster.folder.path()))?;
        }
        Step::new("making a PostgreSQL cluster").run(
            cluster
                .command("initdb")
                .args(["--auth=trust", "--username=postgres", "--no-sync", "-D"])
                .arg(&data)
                .stdout(std::process::Stdio::null()),
        )?;
        let options = format!(
            "-c listen_addresses='' -c unix_socket_directories='{}' -c fsync=off -c max_connections=300",
            cluster.socket().display()
        );
        Step::quiet("starting PostgreSQL").run(
            cluster
                .command("pg_ctl")
                .args(["-w", "-D"])
                .arg(&data)
                .arg("-l")
                .arg(cluster.folder.path().join("log"))
                .args(["-o", &options, "start"])
                .stdout(std::process::Stdio::null()),
        )?;
        Ok(cluster)
    }

    fn socket(&self) -> &Path {
        self.folder.path()
    }

    fn url(&self) -> String {
        let socket = self.socket().display().to_string().replace('/', "%2F");
        format!("postgresql://postgres@{socket}/postgres")
    }

    fn command(&self, name: &str) -> Command {
        let path = self.bin.join(name);
        if is_root() {
            let mut command = program("setpriv");
            command.args(["--reuid=postgres", "--regid=postgres", "--init-groups"]).arg(path);
            command.current_dir("/");
            command
        } else {
            program(path)
        }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let data = self.folder.path().join("data");
        // Nothing depends on how it ends: the folder goes with it.
        let _ = self
            .command("pg_ctl")
            .args(["-m", "immediate", "-D"])
            .arg(data)
            .arg("stop")
            .stdout(std::process::Stdio::null())
            .status();
    }
}

fn is_root() -> bool {
    exists("id") && Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}
