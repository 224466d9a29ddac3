//! The browser tests: a real server on a demo company of its own, and Playwright driving Debian's Chromium.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};

use crate::run::{Step, program};
use crate::{Outcome, root, setup};

/// A server that ends with this value.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Runs the browser tests against a fresh server.
pub fn test(throughline: &Path) -> Outcome {
    setup::browser()?;
    let schemathesis = setup::outside()?;
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let demo = ["demo", "--customers", "1500", "--seed", "7", "--data-dir"];
    Step::new("making a small demo company").run(program(throughline).args(demo).arg(folder.path()))?;
    let log = folder.path().join("stderr.txt");
    let file = std::fs::File::create(&log).map_err(|error| error.to_string())?;
    // The tests let a mail server listen there, and first none.
    let free = std::net::TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    let mail = free.map_err(|error| error.to_string())?;
    let mut child = program(throughline)
        .args(["serve", "--demo", "--listen", "127.0.0.1:0", "--smtp-url"])
        .arg(format!("smtp://{mail}"))
        .arg("--data-dir")
        .arg(folder.path())
        .stdout(Stdio::piped())
        .stderr(file)
        .spawn()
        .map_err(|error| format!("the server does not start: {error}"))?;
    let out = child.stdout.take();
    let _server = Server(child);
    let mut line = String::new();
    if let Some(out) = out {
        BufReader::new(out).read_line(&mut line).map_err(|error| error.to_string())?;
    }
    let address = line
        .trim()
        .rsplit(' ')
        .next()
        .filter(|word| word.starts_with("http"))
        .ok_or("the server did not say where it listens")?;
    let end2end = root().join("end2end");
    Step::new("browser tests").run(
        program("npx")
            .current_dir(end2end)
            .args(["playwright", "test"])
            .env("THROUGHLINE_URL", address)
            .env("THROUGHLINE_SCHEMATHESIS", schemathesis)
            .env("THROUGHLINE_MAIL_PORT", mail.port().to_string()),
    )?;
    let said = std::fs::read_to_string(&log).map_err(|error| error.to_string())?;
    print!("{said}");
    if said.contains("panicked") {
        Err("the server panicked during the browser tests".to_owned())
    } else {
        Ok(())
    }
}
