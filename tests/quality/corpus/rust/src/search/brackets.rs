pub fn matching_bracket(text: &[u8], at: usize) -> Option<usize> {
    let (open, close, forward) = match text.get(at)? {
        b'(' => (b'(', b')', true),
        b'[' => (b'[', b']', true),
        b'{' => (b'{', b'}', true),
        b')' => (b'(', b')', false),
        b']' => (b'[', b']', false),
        b'}' => (b'{', b'}', false),
        _ => return None,
    };
    let mut depth = 0i32;
    let mut i = at;
    loop {
        if text[i] == open {
            depth += 1;
        } else if text[i] == close {
            depth -= 1;
        }
        if depth == 0 {
            return Some(i);
        }
        i = if forward { i + 1 } else { i.checked_sub(1)? };
        if i >= text.len() {
            return None;
        }
    }
}
