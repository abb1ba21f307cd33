use unicode_segmentation::UnicodeSegmentation;

pub fn wrap(line: &str, width: usize) -> Vec<&str> {
    let mut rows = Vec::new();
    let (mut start, mut used, mut last_space) = (0, 0, None);
    for (at, cluster) in line.grapheme_indices(true) {
        if cluster == " " {
            last_space = Some(at + 1);
        }
        used += 1;
        if used > width {
            let cut = last_space.take().filter(|&s| s > start).unwrap_or(at);
            rows.push(&line[start..cut]);
            used = line[cut..at + cluster.len()].graphemes(true).count();
            start = cut;
        }
    }
    rows.push(&line[start..]);
    rows
}
