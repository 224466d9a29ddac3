//! The browser's half: wasm, its script, style, fonts and icons, in a folder with names that change with the
//! content, and compressed once.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use lightningcss::bundler::{Bundler, FileProvider};
use lightningcss::stylesheet::{MinifyOptions, ParserOptions, PrinterOptions};
use wasm_bindgen_cli_support::Bindgen;

use crate::run::Step;
use crate::{Outcome, root, setup, target};

/// Largest compressed wasm, so that a first visit stays quick on a slow line.
const MOST_WASM: usize = 700_000;

/// Builds everything into `target/site`.
pub fn build() -> Outcome {
    let step = Step::new("building the browser's half (wasm)");
    step.run(setup::wasm_cargo().args(["--profile", "wasm-release", "--package", "frontend"]))?;
    let wasm = target().join("wasm32-unknown-unknown").join("wasm-release").join("frontend.wasm");
    let css = style()?;
    let bytes = read(&wasm)?;
    let mut hasher = blake3::Hasher::new();
    // What is made here also depends on this program.
    hasher.update(&bytes).update(css.as_bytes()).update(include_bytes!("assets.rs"));
    for file in statics()? {
        hasher.update(&read(&file)?);
    }
    let stamp = hasher.finalize().to_hex().to_string();
    let site = target().join("site");
    if fs::read_to_string(site.join("stamp.txt")).is_ok_and(|known| known == stamp) {
        return Ok(());
    }
    println!("== binding and compressing the browser's half");
    let fresh = target().join("site.new");
    // A leftover of a run that was cut off.
    let _ = fs::remove_dir_all(&fresh);
    let pkg = fresh.join("pkg");
    fs::create_dir_all(&pkg).map_err(|error| format!("{}: {error}", pkg.display()))?;
    let mut output = Bindgen::new()
        .input_path(&wasm)
        .web(true)
        .map_err(|error| error.to_string())?
        .omit_default_module_path(true)
        .remove_name_section(true)
        .remove_producers_section(true)
        .typescript(false)
        .generate_output()
        .map_err(|error| format!("wasm-bindgen: {error:#}"))?;
    let module = output.wasm_mut().emit_wasm();
    let short = &stamp[..12];
    let (script_name, wasm_name, style_name) = (
        format!("throughline-{short}.js"),
        format!("throughline-{short}.wasm"),
        format!("throughline-{short}.css"),
    );
    write(&pkg.join(&script_name), output.js().as_bytes())?;
    write(&pkg.join(&wasm_name), &module)?;
    write(&pkg.join(&style_name), css.as_bytes())?;
    // Snippets that wasm-bindgen puts beside the script.
    for (folder, snippets) in output.snippets() {
        for (at, text) in snippets.iter().enumerate() {
            write(&pkg.join("snippets").join(folder).join(format!("inline{at}.js")), text.as_bytes())?;
        }
    }
    for (path, text) in output.local_modules() {
        write(&pkg.join("snippets").join(path), text.as_bytes())?;
    }
    for file in statics()? {
        let name = file.file_name().unwrap_or_default();
        write(&pkg.join(name), &read(&file)?)?;
    }
    let compressed = compress(&pkg)?;
    println!("   wasm: {} kB, {} kB compressed", module.len() / 1000, compressed / 1000);
    if compressed > MOST_WASM {
        return Err(format!("the compressed wasm has {compressed} bytes, more than {MOST_WASM}"));
    }
    write(
        &fresh.join("assets.txt"),
        format!("pkg/{script_name}\npkg/{wasm_name}\npkg/{style_name}\n").as_bytes(),
    )?;
    write(&fresh.join("stamp.txt"), stamp.as_bytes())?;
    let _ = fs::remove_dir_all(&site);
    fs::rename(&fresh, &site).map_err(|error| format!("{}: {error}", site.display()))
}

/// The style in one file; nesting and colours are lowered for browsers that lack them.
fn style() -> Outcome<String> {
    let files = FileProvider::new();
    let mut bundler = Bundler::new(&files, None, ParserOptions::default());
    let mut sheet =
        bundler.bundle(&root().join("style").join("main.css")).map_err(|error| format!("style: {error}"))?;
    sheet.minify(MinifyOptions::default()).map_err(|error| format!("style: {error}"))?;
    let printed = sheet
        .to_css(PrinterOptions { minify: true, ..PrinterOptions::default() })
        .map_err(|error| format!("style: {error}"))?;
    Ok(printed.code)
}

/// Fonts and icons, as they are.
fn statics() -> Outcome<Vec<std::path::PathBuf>> {
    let folder = root().join("style").join("assets");
    let entries = fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut files: Vec<_> = entries.flatten().map(|entry| entry.path()).filter(|path| path.is_file()).collect();
    files.sort();
    Ok(files)
}

/// Compresses what compresses; returns the size of the compressed wasm.
fn compress(folder: &Path) -> Outcome<usize> {
    let mut wasm = 0;
    let entries = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    for path in entries.flatten().map(|entry| entry.path()) {
        let kind = path.extension().and_then(|kind| kind.to_str()).unwrap_or_default();
        if !matches!(kind, "js" | "wasm" | "css" | "svg") {
            continue;
        }
        let mut packed = Vec::new();
        {
            let mut writer = brotli::CompressorWriter::new(&mut packed, 1 << 16, 11, 24);
            writer.write_all(&read(&path)?).map_err(|error| error.to_string())?;
        }
        if kind == "wasm" {
            wasm = packed.len();
        }
        write(&path.with_extension(format!("{kind}.br")), &packed)?;
    }
    Ok(wasm)
}

fn read(path: &Path) -> Outcome<Vec<u8>> {
    fs::read(path).map_err(|error| format!("{}: {error}", path.display()))
}

fn write(path: &Path, bytes: &[u8]) -> Outcome {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    fs::write(path, bytes).map_err(|error| format!("{}: {error}", path.display()))
}
