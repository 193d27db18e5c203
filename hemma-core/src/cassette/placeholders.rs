//! Replaces ids, digests and process ids that differ between two recordings of the same scene.
//!
//! Each is replaced by one of the same shape that is derived from the place where it appears first,
//! for example the container `redis` in the answer to `docker.containers`. The same scene therefore
//! has the same ids in every recording. They are not numbered, because one more container would
//! then change all later ids. Equal ids stay equal, and different ids stay different.

use std::collections::{BTreeMap, BTreeSet};
use std::mem;

use serde_json::Value;

use crate::Exchange;

/// The lengths of a Docker id, of a keyed digest, and of a shortened id, in digits.
const ID: usize = 64;
const DIGEST: usize = 16;
const SHORT: usize = 12;

/// Replaces ids, digests and process ids; equal ones get equal replacements.
pub(super) fn put_into(exchanges: &mut [Exchange]) {
    let mut placeholders = Placeholders::default();
    for lengths in [&[ID, DIGEST][..], &[SHORT]] {
        for exchange in &*exchanges {
            each_text_heard(exchange, &mut |place, text| placeholders.learn(place, text, lengths));
        }
    }
    for exchange in exchanges {
        exchange.progress.iter_mut().for_each(|it| *it = placeholders.text(it));
        let answer = exchange.answer.iter_mut().chain(&mut exchange.error);
        answer.chain([&mut exchange.asked]).for_each(|it| placeholders.value(it));
    }
}

#[derive(Default)]
struct Placeholders {
    ids: BTreeMap<String, String>,
    taken: BTreeSet<String>,
    processes: BTreeMap<u64, u64>,
}

impl Placeholders {
    fn learn(&mut self, place: &str, text: &str, lengths: &[usize]) {
        // A digest may consist of digits only if it is the whole text.
        let alone = |it: &str| it.len() == DIGEST && it == text;
        let is_id = |it: &str| is_id(it) || (alone(it) && it.bytes().all(|it| it.is_ascii_digit()));
        for word in words(text).filter(|it| lengths.contains(&it.len()) && is_id(it)) {
            let known = self.ids.contains_key(word) || self.longer(word).is_some();
            if !known {
                let it = self.stand_in(place, word.len());
                self.taken.insert(it[..SHORT].to_owned());
                self.ids.insert(word.to_owned(), it);
            }
        }
    }

    /// The full id that begins with this one.
    fn longer(&self, word: &str) -> Option<&str> {
        let (id, it) = self.ids.range(word.to_owned()..).find(|(id, _)| id.len() == ID)?;
        (word.len() == SHORT && id.starts_with(word)).then_some(it)
    }

    fn stand_in(&self, place: &str, digits: usize) -> String {
        let mut made = (0_u64..).map(|count| {
            let digest = format!("{:016x}", fnv(&format!("{place} {count}")));
            // An id of digits only would read as a number.
            let first = char::from(b'a' + digest.as_bytes()[0] % 6);
            format!("{first}{}{:048}", &digest[1..], 0)[..digits].to_owned()
        });
        let free = |it: &String| !self.taken.contains(&it[..SHORT]);
        made.find(free).unwrap_or_default()
    }

    fn value(&mut self, value: &mut Value) {
        match value {
            Value::String(text) => *text = self.text(text),
            Value::Array(items) => items.iter_mut().for_each(|it| self.value(it)),
            Value::Object(map) => {
                *map = mem::take(map).into_iter().map(|it| self.entry(it)).collect();
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn entry(&mut self, (key, mut value): (String, Value)) -> (String, Value) {
        match value.as_u64() {
            Some(process) if key == "pid" => value = self.process(process).into(),
            _ => self.value(&mut value),
        }
        (self.text(&key), value)
    }

    fn text(&mut self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(word) = words(rest).next() {
            let (before, after) = rest.split_once(word).unwrap_or_default();
            out.push_str(before);
            match word.parse() {
                Ok(process) if out.ends_with("pid=") => {
                    out.push_str(&self.process(process).to_string());
                }
                _ => out.push_str(self.word(word)),
            }
            rest = after;
        }
        out + rest
    }

    fn word<'w>(&'w self, word: &'w str) -> &'w str {
        let known = self.ids.get(word).map(String::as_str);
        known.or_else(|| self.longer(word).map(|it| &it[..SHORT])).unwrap_or(word)
    }

    /// Replaces a process id. Process ids are small numbers, so they are numbered.
    fn process(&mut self, process: u64) -> u64 {
        let next = self.processes.len() as u64 + 1001;
        *self.processes.entry(process).or_insert(next)
    }
}

/// Visits every text of a result, with its place. A text that only the question contains, such as
/// the digest of a script, stays: the program computes it, and a replay asks with it.
fn each_text_heard(exchange: &Exchange, see: &mut impl FnMut(&str, &str)) {
    let kind = &exchange.kind;
    exchange.progress.iter().for_each(|it| see(&format!("{kind} progress"), it));
    exchange.answer.iter().for_each(|it| walk(&format!("{kind} answer"), it, see));
    exchange.error.iter().for_each(|it| walk(&format!("{kind} error"), it, see));
}

fn walk(place: &str, value: &Value, see: &mut impl FnMut(&str, &str)) {
    match value {
        Value::String(text) => see(place, text),
        Value::Array(items) => {
            let all = items.iter().enumerate();
            all.for_each(|(at, it)| walk(&format!("{place}/{}", label(at, it)), it, see));
        }
        Value::Object(map) => {
            for (key, it) in map {
                see(place, key);
                let key = if has_no_id(key) { key } else { "id" };
                walk(&format!("{place}/{key}"), it, see);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// A label for a list element that depends on neither its index nor its id.
fn label(at: usize, item: &Value) -> String {
    let name = item["name"].as_str().filter(|it| has_no_id(it));
    name.or_else(|| first_text(item)).map_or_else(|| at.to_string(), str::to_owned)
}

/// The first text without an id in it, such as the name of an image.
fn first_text(value: &Value) -> Option<&str> {
    match value {
        Value::String(text) => Some(text.as_str()).filter(|it| has_no_id(it)),
        Value::Array(items) => items.iter().find_map(first_text),
        Value::Object(map) => map.values().find_map(first_text),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

fn has_no_id(text: &str) -> bool {
    !words(text).any(|it| [ID, DIGEST, SHORT].contains(&it.len()) && is_id(it))
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|it: char| !it.is_alphanumeric() && it != '_').filter(|it| !it.is_empty())
}

fn is_id(word: &str) -> bool {
    let digits = word.bytes().all(|it| matches!(it, b'0'..=b'9' | b'a'..=b'f'));
    digits && (word.len() == ID || word.bytes().any(|it| it.is_ascii_lowercase()))
}

/// The FNV-1a hash, which does not change between compilers, unlike the standard library's.
fn fnv(text: &str) -> u64 {
    let begin = 0xcbf2_9ce4_8422_2325;
    text.bytes().fold(begin, |it, byte| (it ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn exchange(answer: &Value) -> Exchange {
        Exchange { answer: Some(answer.clone()), ..Exchange::of("docker.containers") }
    }

    /// A recording of two containers and an image with these ids.
    fn scene(one: &str, other: &str, image: &str, digest: &str) -> Vec<Exchange> {
        let seen = json!([
            { "name": "kafka", "id": one, "image": format!("sha256:{image}") },
            { "name": "redis", "id": other, "image": format!("sha256:{image}"), "env": digest },
        ]);
        let said = format!("---> {}\nStarted {}", &image[..12], &other[..12]);
        let mut exchanges = vec![exchange(&seen), exchange(&json!(said))];
        exchanges[1].progress = vec![one.to_owned()];
        put_into(&mut exchanges);
        exchanges
    }

    fn id(digit: &str) -> String {
        digit.repeat(64)
    }

    #[test]
    fn two_recordings_of_a_scene_have_the_same_ids() {
        let first = scene(&id("1"), &id("2"), &id("3"), "0123456789abcdef");
        let second = scene(&id("9"), &id("8"), &id("7"), "fedcba9876543210");
        assert_eq!(first, second);
        let mut again = first.clone();
        put_into(&mut again);
        assert_eq!(again, first);
    }

    #[test]
    fn equal_stays_equal_and_keeps_its_shape() {
        let exchanges = scene(&id("1"), &id("2"), &id("3"), "0123456789abcdef");
        let seen = exchanges[0].answer.as_ref().expect("an answer");
        let text = |at: usize, key: &str| seen[at][key].as_str().expect("a text").to_owned();
        assert_eq!(text(0, "image"), text(1, "image"));
        assert_ne!(text(0, "id"), text(1, "id"));
        assert_eq!((text(0, "id").len(), text(1, "env").len()), (64, 16));
        let short = (text(0, "image")[7..19].to_owned(), text(1, "id")[..12].to_owned());
        assert_eq!(
            exchanges[1].answer,
            Some(json!(format!("---> {}\nStarted {}", short.0, short.1)))
        );
        assert_eq!(exchanges[1].progress, [text(0, "id")]);
    }

    #[test]
    fn what_is_only_asked_with_stays() {
        let asked = json!({ "script": { "digest": "0123456789abcdef" }, "id": id("1") });
        let mut exchanges = [Exchange { asked, ..exchange(&json!({ "id": id("1") })) }];
        put_into(&mut exchanges);
        let [Exchange { asked, answer: Some(answer), .. }] = exchanges else { panic!("an answer") };
        assert_eq!(asked["script"]["digest"], "0123456789abcdef");
        assert_eq!(asked["id"], answer["id"]);
        assert_ne!(answer["id"], *id("1"));
    }

    #[test]
    fn what_is_no_id_stays() {
        let said = json!({
            "commit": "567e146f75ab547e388a8dedd459caa08ea110f0",
            "year": "202611291644",
            "of": "deadbeef deadbeefdead_ xdeadbeefdead",
        });
        let mut exchanges = [exchange(&said)];
        put_into(&mut exchanges);
        assert_eq!(exchanges[0].answer, Some(said));
    }

    #[test]
    fn processes_are_counted() {
        let said = json!({ "pid": 71, "text": "(\"sshd\",pid=10,fd=3) pid=71 rapid=x" });
        let mut exchanges = [exchange(&said)];
        put_into(&mut exchanges);
        let counted = json!({ "pid": 1001, "text": "(\"sshd\",pid=1002,fd=3) pid=1001 rapid=x" });
        assert_eq!(exchanges[0].answer, Some(counted));
    }
}
