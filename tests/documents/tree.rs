//! The files of the repository.

use std::path::{Path, PathBuf};

pub fn path(relative: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(relative)
}

pub fn read(relative: &str) -> String {
    std::fs::read_to_string(path(relative)).unwrap_or_else(|error| panic!("{relative}: {error}"))
}

/// Whether `file::text` is there: the file, or folder, and, after the colons, a text in the file.
pub fn has(proof: &str) -> bool {
    match proof.split_once("::") {
        Some((file, text)) => std::fs::read_to_string(path(file)).is_ok_and(|content| content.contains(text)),
        None => path(proof).exists(),
    }
}
