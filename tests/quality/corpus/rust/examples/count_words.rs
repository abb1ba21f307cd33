use quill::search::{Finder, SearchOptions};

fn main() {
    let text = std::fs::read_to_string(std::env::args().nth(1).unwrap()).unwrap();
    let finder = Finder::new("the", SearchOptions { ignore_case: true, whole_words: true });
    let mut count = 0;
    let mut at = 0;
    while let Some(hit) = finder.next(text.as_bytes(), at) {
        count += 1;
        at = hit.end;
    }
    println!("{count}");
}
