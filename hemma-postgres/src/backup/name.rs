//! The name of a dump's file.

use std::fmt::Write;

use hemma_core::names::PgName;

use super::Format;

/// The file name of a dump, e.g. `shop-20260203T120000Z.dump`. The name of any database is encoded
/// so that it cannot be a path, an option or a hidden file.
pub fn file_name(database: &PgName, at: jiff::Timestamp, format: Format) -> String {
    let mut name = String::new();
    for (place, byte) in database.as_str().bytes().enumerate() {
        let plain = byte.is_ascii_alphanumeric() || byte == b'_';
        if plain || (place > 0 && (byte == b'-' || byte == b'.')) {
            name.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(name, "%{byte:02X}");
        }
    }
    format!("{name}-{}.{}", at.strftime("%Y%m%dT%H%M%SZ"), format.ending())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stays_in_its_directory() {
        let at = "2026-02-03T12:00:00Z".parse().expect("a time");
        let rows = [
            ("huleedu_nlp", "huleedu_nlp-20260203T120000Z.dump"),
            ("a-b.c", "a-b.c-20260203T120000Z.dump"),
            ("../etc/passwd", "%2E.%2Fetc%2Fpasswd-20260203T120000Z.dump"),
            ("-d", "%2Dd-20260203T120000Z.dump"),
            ("$(id) 'x'", "%24%28id%29%20%27x%27-20260203T120000Z.dump"),
            ("å%", "%C3%A5%25-20260203T120000Z.dump"),
        ];
        for (database, expected) in rows {
            let database = database.parse().expect("PostgreSQL keeps it");
            assert_eq!(file_name(&database, at, Format::Custom), expected);
        }
        let longest: PgName = "ü".repeat(31).parse().expect("PostgreSQL keeps it");
        assert!(file_name(&longest, at, Format::Plain).len() < 250, "file systems take 255 bytes");
    }
}
