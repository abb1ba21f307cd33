//! The heart of a text editor.

pub mod buffer;
pub mod edit;
pub mod io;
pub mod search;
pub mod view;

pub use buffer::Rope;
pub use edit::{Editor, Selection};
