//! The lines of BuildKit's plain progress: `#7 [api 2/5] RUN make`.

use hemma_core::{News, Part};

use super::{BuildLog, State, VERTICES_MAX, Vertex};

/// The text in the brackets of a step, and behind them.
struct Header<'l> {
    /// The target, which Compose names after the service; `internal` for steps of the builder's
    /// own.
    target: &'l str,
    /// The number of the step, and how many there are.
    step: Option<(u32, u32)>,
    what: &'l str,
}

fn header(rest: &str) -> Option<Header<'_>> {
    let (within, what) = rest.strip_prefix('[')?.split_once(']')?;
    let mut words = within.split_whitespace();
    let target = words.next()?;
    let step = within.split_whitespace().next_back().and_then(|it| {
        let (at, of) = it.split_once('/')?;
        Some((at.parse().ok()?, of.parse().ok()?))
    });
    Some(Header { target, step, what: what.trim() })
}

impl BuildLog {
    pub(super) fn read_vertex(&mut self, id: u32, rest: &str) -> Option<Part> {
        if let Some(header) = header(rest) {
            return self.begin(id, &header);
        }
        let only = (self.images.len() == 1).then_some(0);
        let image = self.vertices.get(&id).and_then(|it| it.image).or(only);
        match rest.split(' ').next().unwrap_or_default() {
            "DONE" => {
                self.count(id, |image| image.made += 1);
                return None;
            }
            "CACHED" => {
                self.count(id, |image| image.cached += 1);
                return Some(self.part(vec![image?], News::Wrote("from the cache".to_owned())));
            }
            "CANCELED" => return None,
            "ERROR" | "ERROR:" => {
                let why = rest.trim_start_matches("ERROR").trim_start_matches(':').trim();
                self.failed.get_or_insert(id);
                self.keep(id, why);
                let image = image?;
                self.images[image].state = State::Ended;
                return Some(self.part(vec![image], News::Failed(why.to_owned())));
            }
            _ => {}
        }
        let said = without_time(rest);
        self.keep(id, said);
        let news = match fetched(rest) {
            Some(amount) => News::Fetched(amount.to_owned()),
            None => News::Wrote(said.to_owned()),
        };
        Some(self.part(vec![image?], news))
    }

    fn begin(&mut self, id: u32, header: &Header<'_>) -> Option<Part> {
        let Header { target, step, what } = *header;
        let only = (self.images.len() == 1).then_some(0);
        let image = self.images.iter().position(|it| it.service == target).or(only);
        if self.vertices.len() < VERTICES_MAX {
            let vertex = self.vertices.entry(id).or_default();
            *vertex = Vertex { image, own: step.is_some(), ..Vertex::default() };
            let at = step.map(|(at, of)| format!("step {at}/{of}: ")).unwrap_or_default();
            vertex.excerpt.begin(&format!("{at}{what}"));
        }
        let image = image?;
        if self.images[image].state == State::Waits {
            self.images[image].state = State::UnderWay;
        }
        Some(self.part(vec![image], News::Step(step, what.to_owned())))
    }

    fn count(&mut self, id: u32, add: impl FnOnce(&mut super::Image)) {
        let Some(vertex) = self.vertices.get(&id).filter(|it| it.own) else { return };
        if let Some(image) = vertex.image {
            add(&mut self.images[image]);
        }
    }

    fn keep(&mut self, id: u32, line: &str) {
        if let Some(vertex) = self.vertices.get_mut(&id) {
            vertex.excerpt.add(line);
        }
    }
}

/// A line that a step wrote, without the seconds in front of it.
fn without_time(said: &str) -> &str {
    let is_time =
        |it: &str| it.contains('.') && it.bytes().all(|it| it.is_ascii_digit() || it == b'.');
    match said.split_once(' ') {
        Some((time, line)) if is_time(time) => line,
        _ => said,
    }
}

/// `sha256:f1a… 10.49MB / 29.78MB 0.3s`: how much of a layer is there.
fn fetched(said: &str) -> Option<&str> {
    let (layer, amount) = said.split_once(' ')?;
    let end = amount.rfind("B ").map(|it| it + 1);
    let amount = &amount[..end.unwrap_or(amount.len())];
    (layer.starts_with("sha256:") && amount.contains(" / ")).then_some(amount)
}
