//! A dump into a file on the host.

use hemma_core::names::HostDirectory;
use hemma_core::{Live, Output, Progress};

use super::evidence::{EMPTY, NO_ARCHIVE, NO_END};
use super::{BackupError, Dump, Dumped, Format, script};

/// Prints the size of the file each second. The name is given by a hard link, which never replaces
/// an existing file, as a move would; on a file system without links, the move is told not to
/// replace.
///
/// The host checks the file, so that nothing of it has to be transferred.
const TO_FILE: &str = r#"
case $1 in "~/"*) d=$HOME/${1#"~/"} ;; *) d=$1 ;; esac
name=$2
umask 077
mkdir -p "$d" || exit 71
[ ! -e "$d/$name" ] && [ ! -L "$d/$name" ] || exit 74
t=$(mktemp "$d/.$name.XXXXXX") || exit 71
trap 'rm -f "$t"' EXIT
while sleep 1 >/dev/null 2>&1 && [ -e "$t" ]; do stat -c 'bytes=%s' "$t" || exit; done 2>/dev/null &
tell=$!
dump >"$t"
r=$?
kill "$tell" 2>/dev/null
[ "$r" = 0 ] || { echo "dump=$r"; exit 73; }
[ -s "$t" ] || { echo wrong=empty; exit 76; }
case $f in
custom) [ "$(head -c 5 "$t")" = PGDMP ] || { echo wrong=no_archive; exit 76; } ;;
*) tail -c 512 "$t" | grep -qxF -e '-- PostgreSQL database dump complete' || { echo wrong=no_end; exit 76; } ;;
esac
sync "$t" 2>/dev/null
stat -c 'bytes=%s' "$t"
ln "$t" "$d/$name" 2>/dev/null && exit 0
[ ! -e "$d/$name" ] || exit 74
mv -n "$t" "$d/$name" && [ ! -e "$t" ] || exit 71
"#;

const UNWRITABLE: i32 = 71;
const EXISTS: i32 = 74;

impl Dump {
    pub(super) async fn to_there(
        &self,
        live: &Live,
        directory: &HostDirectory,
        progress: &Progress,
    ) -> Result<Dumped, BackupError> {
        let own = [directory.as_str(), &self.file];
        let command = script::command(TO_FILE, (&self.server, &self.database, self.format), own);
        let path = format!("{directory}/{}", self.file);
        let mut said = Said::default();
        let output = live
            .stream(&self.server.host, &command, |piece| {
                if let Some(bytes) = said.hear(piece) {
                    self.tell(progress, bytes);
                }
                Ok(())
            })
            .await
            .map_err(|it| self.cut(it, &path))?;
        self.judge(&path, &output, &said)
    }

    fn judge(&self, path: &str, output: &Output, said: &Said) -> Result<Dumped, BackupError> {
        if output.success() {
            let bytes = said.bytes.ok_or_else(|| self.incomplete(EMPTY))?;
            return Ok(Dumped { path: path.to_owned(), bytes });
        }
        if let Some(word) = said.word("wrong") {
            return Err(self.incomplete(match word {
                "empty" => EMPTY,
                _ if self.format == Format::Custom => NO_ARCHIVE,
                _ => NO_END,
            }));
        }
        match output.exit {
            EXISTS => Err(BackupError::Exists { path: path.to_owned() }),
            UNWRITABLE => Err(BackupError::unwritable(path, output.last_words())),
            _ => Err(self.failed(path, output)),
        }
    }
}

/// The script's output, one `key=value` per line.
#[derive(Debug, Default)]
struct Said {
    text: String,
    bytes: Option<u64>,
}

impl Said {
    /// Returns the size if it has changed.
    fn hear(&mut self, piece: &[u8]) -> Option<u64> {
        self.text.push_str(&String::from_utf8_lossy(piece));
        let whole = self.text.rfind('\n').map_or("", |it| &self.text[..it]);
        let bytes = whole.lines().rev().find_map(|it| it.strip_prefix("bytes=")?.parse().ok());
        // Earlier sizes are not needed any more, and would add up over hours.
        if bytes.is_some() {
            let rest = self.text.rfind('\n').map_or(0, |it| it + 1);
            self.text.drain(..rest);
        }
        let fresh = bytes.filter(|_| bytes != self.bytes);
        self.bytes = bytes.or(self.bytes);
        fresh
    }

    fn word(&self, key: &str) -> Option<&str> {
        let mut pairs = self.text.lines().filter_map(|it| it.split_once('='));
        pairs.find(|(it, _)| *it == key).map(|(_, value)| value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_heard_in_whole_lines_and_words_are_kept() {
        let mut said = Said::default();
        let rows = [("wrong\n", None), ("bytes=1", None), ("2\nby", Some(12)), ("tes=12\n", None)];
        for (piece, expected) in rows {
            assert_eq!(said.hear(piece.as_bytes()), expected, "{piece:?}");
        }
        assert_eq!(said.hear(b"wrong=empty\n"), None);
        assert_eq!(
            (said.word("wrong"), said.word("dump"), said.bytes),
            (Some("empty"), None, Some(12))
        );
        for it in 0..1000 {
            let _ = said.hear(format!("bytes={it}\n").as_bytes());
        }
        assert!(said.text.len() < 40, "{}", said.text);
    }
}
