//! Archives of files: the same files give the same bytes, whenever and wherever they are packed.

use std::io::{self, Cursor, Write};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

/// What everybody may do with a file in an archive: read it; its owner writes it.
const PERMISSIONS: u32 = 0o644;
/// How hard it is compressed. Part of the bytes: another level gives every archive another name.
const LEVEL: i64 = 6;

/// The bytes of a zip archive with files in the order of their names. Every file is of 1 January 1980, the first day that a zip knows.
///
/// # Errors
/// A name or size that a zip cannot hold, or two files of one name.
pub fn archive<'f>(files: impl IntoIterator<Item = (&'f str, &'f [u8])>) -> io::Result<Vec<u8>> {
    let mut files: Vec<(&str, &[u8])> = files.into_iter().collect();
    files.sort_by_key(|(name, _)| *name);
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(LEVEL))
        .last_modified_time(DateTime::default())
        .unix_permissions(PERMISSIONS);
    for (name, content) in files {
        writer.start_file(name, options)?;
        writer.write_all(content)?;
    }
    Ok(writer.finish()?.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    #[test]
    fn the_same_files_give_the_same_bytes_in_any_order() {
        let (first, second) = (("b/index.mjs", b"export const handler = 1;".as_slice()), ("a.json", b"{}".as_slice()));
        let bytes = archive([first, second]).unwrap();
        assert_eq!(bytes, archive([second, first]).unwrap());
        // Another version of the compression would give every archive another name, and every function an update: that has to be seen.
        assert_eq!(super::super::sha256(&bytes), "05178d83bd4e7dadd7dfa0eec796ad97ae204d82aecb7bf717b080e2e978c870");
        assert_ne!(bytes, archive([first, ("a.json", b"[]")]).unwrap());
        let mut read = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        let names: Vec<String> = read.file_names().map(String::from).collect();
        assert_eq!(names, ["a.json", "b/index.mjs"]);
        let mut file = read.by_name("b/index.mjs").unwrap();
        assert_eq!(file.unix_mode().map(|mode| mode & 0o777), Some(0o644));
        assert_eq!(file.last_modified().map(|time| (time.year(), time.month(), time.day())), Some((1980, 1, 1)));
        let mut text = String::new();
        file.read_to_string(&mut text).unwrap();
        assert_eq!(text, "export const handler = 1;");
    }

    #[test]
    fn two_files_of_one_name_are_refused() {
        assert!(archive([("a", b"1".as_slice()), ("a", b"2".as_slice())]).is_err());
    }
}
