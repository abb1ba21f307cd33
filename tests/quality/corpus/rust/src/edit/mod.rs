mod clipboard;
mod editor;
mod history;
mod indent;
mod selection;

pub use clipboard::{Clipboard, MemoryClipboard};
pub use editor::Editor;
pub use history::History;
pub use selection::Selection;
