//! Checks by the beginning and the end whether a dump is complete.

use super::Format;

/// The maximum distance of a dump's last line from the end. Newer versions write another line after
/// it.
const END_BYTES: usize = 512;

/// The beginning and the end of the bytes so far.
#[derive(Debug, Default)]
pub(super) struct Evidence {
    pub(super) bytes: u64,
    beginning: Vec<u8>,
    end: Vec<u8>,
}

impl Evidence {
    pub(super) fn see(&mut self, piece: &[u8]) {
        self.bytes += piece.len() as u64;
        let room = MAGIC.len().saturating_sub(self.beginning.len()).min(piece.len());
        self.beginning.extend_from_slice(&piece[..room]);
        self.end.extend_from_slice(&piece[piece.len().saturating_sub(END_BYTES)..]);
        let over = self.end.len().saturating_sub(END_BYTES);
        self.end.drain(..over);
    }

    /// What is missing, if the dump is not complete.
    pub(super) fn objection(&self, format: Format) -> Option<&'static str> {
        if self.bytes == 0 {
            return Some(EMPTY);
        }
        match format {
            Format::Custom => (self.beginning != MAGIC).then_some(NO_ARCHIVE),
            Format::Plain => {
                let end = String::from_utf8_lossy(&self.end);
                (!end.contains(LAST_LINE)).then_some(NO_END)
            }
        }
    }
}

/// The beginning of an archive of `pg_dump`.
pub(super) const MAGIC: &[u8] = b"PGDMP";
/// The end of a dump in SQL.
pub(super) const LAST_LINE: &str = "\n-- PostgreSQL database dump complete\n";

pub(super) const EMPTY: &str = "it is empty";
pub(super) const NO_ARCHIVE: &str = "it does not begin as an archive of pg_dump does";
pub(super) const NO_END: &str = "its last line is not that of a complete dump";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dump_is_judged_by_both_ends_however_it_comes_in_pieces() {
        let sql = format!("--\n-- x\n{}--{LAST_LINE}--\n\n\\unrestrict a\n", "x\n".repeat(900));
        let cut = &sql[..sql.len() - 60];
        let rows: [(&[u8], Format, Option<&str>); 8] = [
            (b"", Format::Custom, Some(EMPTY)),
            (b"", Format::Plain, Some(EMPTY)),
            (b"PGDMP\x01\x0e", Format::Custom, None),
            (b"PGDM", Format::Custom, Some(NO_ARCHIVE)),
            (sql.as_bytes(), Format::Custom, Some(NO_ARCHIVE)),
            (sql.as_bytes(), Format::Plain, None),
            (cut.as_bytes(), Format::Plain, Some(NO_END)),
            (b"PGDMP\x01\x0e", Format::Plain, Some(NO_END)),
        ];
        for (dump, format, expected) in rows {
            for piece in [1, 3, 7, 600, 4096] {
                let mut seen = Evidence::default();
                dump.chunks(piece).for_each(|it| seen.see(it));
                assert_eq!(seen.objection(format), expected, "{format:?} in pieces of {piece}");
                assert_eq!(seen.bytes, dump.len() as u64);
                assert!(seen.end.len() <= END_BYTES, "memory does not grow");
            }
        }
    }
}
