//! Reading the host's `.env`: the script, and parsing its output.
//!
//! The content is sent as hexadecimal digits, so that no byte of it is changed on the way, and is
//! decoded here. Callers pass its text on only as a [`Secret`](hemma_core::Secret).

use std::collections::HashMap;

use hemma_docker::compose::dotenv::{BYTES_MAX, Obstacle};

/// The beginning of every script here: `$d` is the checkout, `$f` the file.
pub(super) const PLACE: &str = r#"
case $1 in "~/"*) d=$HOME/${1#"~/"} ;; *) d=$1 ;; esac
export LC_ALL=C
f=$d/.env
shift
"#;

/// Prints the kind of the file and its content. `$1` is the largest size that is read. A file that
/// is written to meanwhile has two different digests.
pub(super) const READ: &str = r#"
max=$1; shift
digest() { sha256sum <"$f" | cut -c1-64; }
kind=$(kind)
echo "kind=$kind"
[ ! -f "$f" ] || stat -L -c 'mode=%a
owner=%U
bytes=%s' "$f"
if [ "$kind" = file ]; then
    echo "digest=$(digest)"
    echo "content=$(od -An -v -tx1 <"$f" | tr -d ' \n')"
    echo "digest_after=$(digest)"
fi
"#;

/// A file that could be read.
pub(super) struct Content {
    pub(super) text: String,
    pub(super) digest: String,
    pub(super) mode: String,
    pub(super) owner: String,
}

/// The part of the output that [`READ`] printed; `None` if it is missing.
pub(super) fn read(output: &str) -> Option<Result<Content, Obstacle>> {
    let said: HashMap<&str, &str> = output.lines().filter_map(|it| it.split_once('=')).collect();
    let text = |key: &str| said.get(key).copied().unwrap_or_default().to_owned();
    if *said.get("kind")? != "file" {
        return Obstacle::read(output).map(Err);
    }
    let bytes = from_hex(said.get("content")?)?;
    if said.get("digest")? != said.get("digest_after")? {
        return Some(Err(Obstacle::Changing));
    }
    // The file may have grown since its size was asked for.
    if bytes.len() > BYTES_MAX {
        return Some(Err(Obstacle::TooLarge { bytes: bytes.len().try_into().ok()? }));
    }
    Some(match String::from_utf8(bytes) {
        Ok(content) => {
            let (digest, mode, owner) = (text("digest"), text("mode"), text("owner"));
            Ok(Content { text: content, digest, mode, owner })
        }
        Err(error) => {
            let sound = &error.as_bytes()[..error.utf8_error().valid_up_to()];
            Err(Obstacle::NotUtf8 { line: sound.split(|it| *it == b'\n').count() })
        }
    })
}

/// The bytes that hexadecimal digits stand for.
pub(crate) fn from_hex(digits: &str) -> Option<Vec<u8>> {
    let pair = |it: &[u8]| u8::from_str_radix(std::str::from_utf8(it).ok()?, 16).ok();
    let whole = digits.len().is_multiple_of(2);
    whole.then(|| digits.as_bytes().chunks(2).map(pair).collect())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_file_is_told_apart() {
        let file = |content: &str, after: &str| {
            let text = format!(
                "mode=600\nowner=o\nbytes=4\nkind=file\ndigest=d\ncontent={content}\ndigest_after={after}\n"
            );
            read(&text).map(|it| it.map(|it| it.text))
        };
        let owner = "root".to_owned();
        let rows = [
            (read("kind=missing\n").map(|it| it.map(|it| it.text)), Some(Err(Obstacle::Missing))),
            (
                read("owner=root\nkind=unreadable\n").map(|it| it.map(|it| it.text)),
                Some(Err(Obstacle::Unreadable { owner })),
            ),
            (
                read("bytes=10485760\nkind=large\n").map(|it| it.map(|it| it.text)),
                Some(Err(Obstacle::TooLarge { bytes: 10_485_760 })),
            ),
            (file("413d310a", "d"), Some(Ok("A=1\n".to_owned()))),
            (file("", "d"), Some(Ok(String::new()))),
            (file("410aff", "d"), Some(Err(Obstacle::NotUtf8 { line: 2 }))),
            (file("41", "e"), Some(Err(Obstacle::Changing))),
            (file("4", "d"), None),
            (file("+1", "d"), Some(Ok("\u{1}".to_owned()))),
            (file("zz", "d"), None),
            (read("").map(|it| it.map(|it| it.text)), None),
        ];
        for (seen, expected) in rows {
            assert_eq!(seen, expected);
        }
    }
}
