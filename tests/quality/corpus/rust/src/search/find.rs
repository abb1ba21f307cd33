use crate::buffer::Span;

#[derive(Clone, Copy, Default)]
pub struct SearchOptions {
    pub ignore_case: bool,
    pub whole_words: bool,
}

/// Looks for a piece of text with the skip table of Boyer, Moore and Horspool.
pub struct Finder {
    needle: Vec<u8>,
    skip: [usize; 256],
    options: SearchOptions,
}

impl Finder {
    pub fn new(needle: &str, options: SearchOptions) -> Self {
        let needle = if options.ignore_case { needle.to_lowercase() } else { needle.to_owned() }.into_bytes();
        let mut skip = [needle.len(); 256];
        for (i, &byte) in needle.iter().enumerate().take(needle.len().saturating_sub(1)) {
            skip[byte as usize] = needle.len() - 1 - i;
        }
        Finder { needle, skip, options }
    }

    pub fn next(&self, text: &[u8], from: usize) -> Option<Span> {
        let n = self.needle.len();
        let mut at = from;
        while n > 0 && at + n <= text.len() {
            if self.same(&text[at..at + n]) && (!self.options.whole_words || is_word(text, at, at + n)) {
                return Some(Span { start: at, end: at + n });
            }
            at += self.skip[text[at + n - 1] as usize].max(1);
        }
        None
    }

    pub fn replace_all(&self, text: &str, with: &str) -> (String, usize) {
        let (mut out, mut from, mut count) = (String::new(), 0, 0);
        while let Some(hit) = self.next(text.as_bytes(), from) {
            out.push_str(&text[from..hit.start]);
            out.push_str(with);
            from = hit.end;
            count += 1;
        }
        out.push_str(&text[from..]);
        (out, count)
    }

    fn same(&self, window: &[u8]) -> bool {
        if self.options.ignore_case { window.eq_ignore_ascii_case(&self.needle) } else { window == self.needle }
    }
}

fn is_word(text: &[u8], start: usize, end: usize) -> bool {
    let inside = |at: Option<usize>| at.and_then(|i| text.get(i)).is_some_and(u8::is_ascii_alphanumeric);
    !inside(start.checked_sub(1)) && !inside(Some(end))
}
