//! The lines of the classic builder: `Step 3/7 : RUN make`. They do not name the image.

use hemma_core::{News, Part};

use super::BuildLog;

impl BuildLog {
    pub(super) fn read_classic(&mut self, line: &str) -> Option<Part> {
        let images = self.under_way();
        let one = images.len() == 1;
        if let Some((step, what)) = step(line) {
            let (at, of) = step;
            let begins = format!("step {at}/{of}: {what}");
            if one {
                self.beside.begin(&begins);
            } else {
                self.beside.add(&begins);
            }
            return Some(self.part(images, News::Step(Some(step), what.to_owned())));
        }
        let said = line.trim();
        self.note_container(said);
        if said.is_empty() || is_bookkeeping(said) {
            return None;
        }
        self.beside.add(line);
        let plain = strip(said);
        (!images.is_empty() && !plain.is_empty()).then(|| self.part(images, News::Wrote(plain)))
    }
}

impl BuildLog {
    /// Notes the container that a step runs in, until the builder has removed it.
    fn note_container(&mut self, said: &str) {
        let id = |words: &str| said.strip_prefix(words).filter(|it| is_id(it)).map(str::to_owned);
        if let Some(id) = id("---> Running in ") {
            let known = self.containers.get_or_insert_default();
            if known.len() < CONTAINERS_MAX {
                known.insert(id);
            }
        }
        let removed = id("Removing intermediate container ")
            .or_else(|| id("---> Removed intermediate container "));
        if let (Some(id), Some(known)) = (removed, &mut self.containers) {
            known.remove(&id);
        }
    }
}

/// Containers beyond this number are not told apart; a builder runs a few at once.
const CONTAINERS_MAX: usize = 64;

fn is_id(text: &str) -> bool {
    (12..=64).contains(&text.len()) && text.bytes().all(|it| it.is_ascii_hexdigit())
}

fn step(line: &str) -> Option<((u32, u32), &str)> {
    let (numbers, what) = line.strip_prefix("Step ")?.split_once(" : ")?;
    let (at, of) = numbers.split_once('/')?;
    Some(((at.parse().ok()?, of.parse().ok()?), what.trim()))
}

/// Whether a line is about the builder's own containers and layers.
fn is_bookkeeping(said: &str) -> bool {
    const BEGINNINGS: [&str; 6] = [
        "---> ",
        "Removing intermediate container ",
        " ---> Removed",
        "Sending build context to Docker daemon",
        "Successfully built ",
        "Successfully tagged ",
    ];
    BEGINNINGS.iter().any(|it| said.starts_with(it))
}

/// A line without its colours: the builder colours what a step writes to its standard error.
fn strip(said: &str) -> String {
    let mut plain = String::with_capacity(said.len());
    let mut rest = said;
    while let Some((before, after)) = rest.split_once("\u{1b}[") {
        plain.push_str(before);
        rest = after.split_once('m').map_or("", |it| it.1);
    }
    plain.push_str(rest);
    plain
}
