//! Finding and replacing.

mod brackets;
mod find;

pub use brackets::matching_bracket;
pub use find::{Finder, SearchOptions};
