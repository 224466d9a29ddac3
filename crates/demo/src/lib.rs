//! placeholder
pub struct Company { pub customers: u32, pub seed: u64 }
pub struct Log { pub source: &'static str, pub mapping: &'static str, pub imported: bool }
pub const LOGS: [Log; 0] = [];
pub const INVENTORY: &str = "touchpoint\n";
pub fn write(_: &Company, folder: &std::path::Path) -> std::io::Result<()> { std::fs::create_dir_all(folder) }
