//! Where the text is: a rope, positions in it, and line endings.

mod line_index;
mod position;
mod rope;

pub use line_index::LineIndex;
pub use position::{Position, Span};
pub use rope::Rope;

/// How lines end in the file the text came from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LineEnding {
    Lf,
    CrLf,
}

impl LineEnding {
    /// Guess from the first line; a file of one line gets what the system uses.
    pub fn detect(text: &str) -> LineEnding {
        match text.find('\n') {
            Some(at) if at > 0 && text.as_bytes()[at - 1] == b'\r' => LineEnding::CrLf,
            Some(_) => LineEnding::Lf,
            None if cfg!(windows) => LineEnding::CrLf,
            None => LineEnding::Lf,
        }
    }
}
