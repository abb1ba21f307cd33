/// Where cut and copied text goes.
pub trait Clipboard {
    fn get(&self) -> String;
    fn set(&mut self, text: String);
}

/// Remembers the last few texts, for tests and for systems without a clipboard.
#[derive(Default)]
pub struct MemoryClipboard {
    ring: Vec<String>,
}

impl Clipboard for MemoryClipboard {
    fn get(&self) -> String {
        self.ring.last().cloned().unwrap_or_default()
    }

    fn set(&mut self, text: String) {
        self.ring.push(text);
        if self.ring.len() > 16 {
            self.ring.remove(0);
        }
    }
}
