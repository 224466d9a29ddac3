//! The browser's half of the product: a folder that the build makes, with content-dependent names.

use std::path::{Path, PathBuf};

use app::Assets;
use contract::{Kind, UserError};

/// Finds the folder: as given, beside the program, or one above it (as the build leaves it).
pub fn find(given: Option<PathBuf>) -> Result<PathBuf, UserError> {
    let program = std::env::current_exe().ok();
    let beside = program.as_deref().and_then(Path::parent);
    let candidates = given
        .into_iter()
        .chain(beside.map(|folder| folder.join("site")))
        .chain(beside.and_then(Path::parent).map(|folder| folder.join("site")));
    candidates.into_iter().find(|folder| folder.join("assets.txt").is_file()).ok_or_else(|| {
        UserError::new(Kind::Invalid, "no_site", "The browser's half of the product is not there.")
            .at("--site")
            .remedy("Build it with \u{201c}cargo xtask build\u{201d}, or name its folder with --site.")
    })
}

/// The names, as the build wrote them: script, wasm, style, a line each.
pub fn names(folder: &Path) -> Result<Assets, UserError> {
    let text = std::fs::read_to_string(folder.join("assets.txt")).unwrap_or_default();
    let mut lines = text.lines().map(str::to_owned);
    match (lines.next(), lines.next(), lines.next()) {
        (Some(script), Some(wasm), Some(style)) => Ok(Assets { script, wasm, style }),
        _ => Err(UserError::new(Kind::Invalid, "no_site", "The browser's half of the product is incomplete.")
            .remedy("Build it again with \u{201c}cargo xtask build\u{201d}.")),
    }
}
