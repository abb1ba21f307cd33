use crate::buffer::LineEnding;
use std::fs;
use std::io::{self, Write};
use std::path::Path;

#[derive(Debug)]
pub enum OpenError {
    Io(io::Error),
    NotText,
    TooLarge(u64),
}

const MOST_BYTES: u64 = 512 << 20;

pub fn open(path: &Path) -> Result<(String, LineEnding), OpenError> {
    let size = fs::metadata(path).map_err(OpenError::Io)?.len();
    if size > MOST_BYTES {
        return Err(OpenError::TooLarge(size));
    }
    let bytes = fs::read(path).map_err(OpenError::Io)?;
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    let text = String::from_utf8(bytes.to_vec()).map_err(|_| OpenError::NotText)?;
    let ending = LineEnding::detect(&text);
    Ok((text.replace("\r\n", "\n"), ending))
}

/// Write beside the file and rename, so that a crash never leaves half a file.
pub fn save(path: &Path, text: &str, ending: LineEnding) -> io::Result<()> {
    let beside = path.with_extension("quill-tmp");
    let mut out = fs::File::create(&beside)?;
    match ending {
        LineEnding::Lf => out.write_all(text.as_bytes())?,
        LineEnding::CrLf => out.write_all(text.replace('\n', "\r\n").as_bytes())?,
    }
    out.sync_all()?;
    fs::rename(beside, path)
}
