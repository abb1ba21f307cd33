#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Indent {
    Tabs,
    Spaces(usize),
}

pub fn guess(text: &str) -> Indent {
    let mut tabs = 0;
    let mut widths = [0usize; 9];
    let mut before = 0;
    for line in text.lines().filter(|l| !l.trim().is_empty()) {
        if line.starts_with('\t') {
            tabs += 1;
            continue;
        }
        let width = line.len() - line.trim_start_matches(' ').len();
        let step = width.abs_diff(before);
        if (1..9).contains(&step) {
            widths[step] += 1;
        }
        before = width;
    }
    let (best, count) = widths.iter().enumerate().max_by_key(|(_, n)| **n).unwrap();
    if tabs > *count || *count == 0 { Indent::Tabs } else { Indent::Spaces(best) }
}

pub fn of_new_line(previous: &str, indent: Indent) -> String {
    let lead: String = previous.chars().take_while(|c| c.is_whitespace()).collect();
    if previous.trim_end().ends_with(['{', '(', '[', ':']) {
        return lead + &match indent {
            Indent::Tabs => "\t".to_owned(),
            Indent::Spaces(n) => " ".repeat(n),
        };
    }
    lead
}
