//! From files and back.

pub mod autosave;
pub mod file;
