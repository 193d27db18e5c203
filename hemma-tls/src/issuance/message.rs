//! The messages of the ACME companion's log: lines with their author, and answers of several lines
//! as one.

use crate::text::printable;

/// The maximum length of a message. acme.sh sometimes prints the authority's whole answer.
const MESSAGE_CHARS_MAX: usize = 2_000;

/// A program whose messages are in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    /// acme.sh, whose messages begin with a date in brackets.
    Client,
    /// docker-gen and nginx, which write at any time, also within an answer of the authority.
    Generator,
    /// The companion itself.
    Companion,
}

/// A message, without its date and without colours.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Message {
    pub(super) by: By,
    pub(super) text: String,
}

/// The messages in their order. An answer of the authority is JSON and may have several lines.
pub(super) fn messages<'l>(lines: impl IntoIterator<Item = &'l str>) -> Vec<Message> {
    let mut all: Vec<Message> = Vec::new();
    // The message whose braces are open, how many of them, and the room that is left for it.
    let mut open: Option<(usize, usize, usize)> = None;
    for line in lines {
        let (by, text) = clean(line);
        let continues = by == By::Companion && !is_beginning(&text);
        if let Some((at, depth, room)) = open.filter(|_| continues) {
            let more: String = text.chars().take(room).collect();
            let left = room.saturating_sub(more.chars().count() + 1);
            all[at].text.push(' ');
            all[at].text.push_str(&more);
            open = Some((at, deeper(depth, &more), left)).filter(|it| it.1 > 0 && left > 0);
            continue;
        }
        let depth = deeper(0, &text);
        if by != By::Generator {
            let room = MESSAGE_CHARS_MAX.saturating_sub(text.chars().count());
            open = Some((all.len(), depth, room)).filter(|it| it.1 > 0 && room > 0);
        }
        all.push(Message { by, text });
    }
    all
}

/// The number of open braces after a text.
fn deeper(depth: usize, text: &str) -> usize {
    text.bytes().fold(depth, |depth, it| match it {
        b'{' => depth + 1,
        b'}' => depth.saturating_sub(1),
        _ => depth,
    })
}

/// Whether the companion's own message begins here, whatever was open before.
fn is_beginning(text: &str) -> bool {
    let beginnings = ["Creating/renewal ", "Sleep for ", "Error: ", "Info: ", "Reloading nginx"];
    beginnings.iter().any(|it| text.starts_with(it))
}

/// Removes colours and the leading date.
fn clean(line: &str) -> (By, String) {
    let mut plain = String::new();
    let end = line.char_indices().nth(2 * MESSAGE_CHARS_MAX);
    let mut rest = end.map_or(line, |(at, _)| &line[..at]);
    while let Some((before, escaped)) = rest.split_once("\u{1b}[") {
        plain.push_str(before);
        let end =
            escaped.find(|it: char| it.is_ascii_alphabetic()).map_or(escaped.len(), |it| it + 1);
        rest = &escaped[end..];
    }
    plain.push_str(rest);
    let plain = plain.trim();
    let (by, text) = if let Some(text) = stamped(plain) {
        (By::Client, text)
    } else if let Some(text) = dated(plain) {
        (By::Generator, text)
    } else {
        (By::Companion, plain)
    };
    (by, printable(text.trim().as_bytes(), MESSAGE_CHARS_MAX))
}

/// What follows acme.sh's date: `[Tue Feb  3 04:05:06 UTC 2026] …`.
fn stamped(line: &str) -> Option<&str> {
    let (date, text) = line.strip_prefix('[')?.split_once(']')?;
    let is_date =
        date.len() < 60 && date.contains(':') && date.bytes().any(|it| it.is_ascii_digit());
    is_date.then_some(text)
}

/// What follows the date of docker-gen, of nginx, and of the companion's errors:
/// `2026/02/03 04:05:06 …`, sometimes with a comma.
fn dated(line: &str) -> Option<&str> {
    const SHAPE: &[u8] = b"0000/00/00 00:00:00";
    let (date, text) = line.split_at_checked(SHAPE.len())?;
    let is = |(seen, shape): (u8, &u8)| {
        if *shape == b'0' { seen.is_ascii_digit() } else { seen == *shape }
    };
    date.bytes().zip(SHAPE).all(is).then(|| text.trim_start_matches([',', ' ']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_of_several_lines_is_one_message() {
        let log = "\
            [Tue Feb  3 04:05:06 UTC 2026] Error creating new order. Le_OrderFinalize not found. {\n\
            2026/02/03 04:05:06 Received event start for container 403abbbf078c\n\
              \"detail\": \"too many\",\n\
            }\n\
            Reloading nginx proxy (web)...\n\
            [Tue Feb  3 04:05:07 UTC 2026] {\n\
              \"cut\": 1\n\
            Sleep for 3600s\n";
        let seen = messages(log.lines());
        let seen: Vec<(By, &str)> = seen.iter().map(|it| (it.by, it.text.as_str())).collect();
        assert_eq!(
            seen,
            [
                (
                    By::Client,
                    "Error creating new order. Le_OrderFinalize not found. { \"detail\": \"too \
                     many\", }"
                ),
                (By::Generator, "Received event start for container 403abbbf078c"),
                (By::Companion, "Reloading nginx proxy (web)..."),
                (By::Client, "{ \"cut\": 1"),
                (By::Companion, "Sleep for 3600s"),
            ]
        );
    }

    #[test]
    fn a_brace_that_stays_open_takes_no_more_than_a_message() {
        let lines = vec!["x".repeat(500); 1_000];
        let lines = std::iter::once("{").chain(lines.iter().map(String::as_str));
        let seen = messages(lines);
        assert!(seen[0].text.chars().count() <= MESSAGE_CHARS_MAX + 1, "{}", seen[0].text.len());
        assert!(seen.len() > 900, "the rest are messages of their own");
    }
}
