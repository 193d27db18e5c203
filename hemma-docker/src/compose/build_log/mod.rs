//! The output of a build of several images, told apart by image.
//!
//! Pure: lines in, news out. BuildKit names the image at each step. The classic builder does not,
//! and where several images are built at once, its lines are reported for all that are under way.

mod buildkit;
mod classic;
mod excerpt;
#[cfg(test)]
mod tests;
mod vertex;

use std::borrow::Borrow;
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use hemma_core::{News, Part, Progress};

use excerpt::Excerpt;
use vertex::{VERTICES_MAX, Vertex, numbered};

/// How far the images of a build have come.
#[derive(Debug)]
pub(super) struct BuildLog {
    images: Vec<Image>,
    vertices: HashMap<u32, Vertex>,
    /// The output of the classic builder, and what belongs to no step of BuildKit's.
    beside: Excerpt,
    /// The step of BuildKit's that failed.
    failed: Option<u32>,
    /// The containers of the classic builder's steps that it has not removed. `None` where it runs
    /// none.
    containers: Option<BTreeSet<String>>,
}

/// An image, by the service that it is for.
#[derive(Debug)]
struct Image {
    service: String,
    name: String,
    state: State,
    /// Steps that were built, and those that came from the cache.
    made: usize,
    cached: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Waits,
    UnderWay,
    Ended,
}

/// A build that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Failed {
    /// The services whose image it may be; one where the builder says which.
    pub services: Vec<String>,
    /// The end of the output; the first line is the step that failed.
    pub lines: Vec<String>,
}

impl BuildLog {
    /// The log of a build of these services, each with its image name.
    pub(super) fn new(services: &[impl Borrow<str>], images: &[(String, String)]) -> Self {
        let image = |service: &str| {
            let name = images.iter().find(|it| it.0 == service).map(|it| it.1.clone());
            Image {
                service: service.to_owned(),
                name: name.unwrap_or_default(),
                state: State::Waits,
                made: 0,
                cached: 0,
            }
        };
        let images = services.iter().map(|it| image(it.borrow())).collect();
        let (vertices, beside) = (HashMap::new(), Excerpt::default());
        Self { images, vertices, beside, failed: None, containers: None }
    }

    /// A progress that reports by image, in place of the build's own lines.
    pub(super) fn told(self, progress: &Progress) -> Progress {
        for image in &self.images {
            progress.part(&Part { names: vec![image.service.clone()], news: News::Waits });
        }
        let (log, progress) = (Mutex::new(self), progress.clone());
        Progress::new(move |line| {
            let news = log.lock().unwrap_or_else(PoisonError::into_inner).read(line);
            if let Some(part) = news {
                progress.part(&part);
            }
        })
    }

    /// Reads a line of output.
    pub(super) fn read(&mut self, line: &str) -> Option<Part> {
        if let Some((id, rest)) = numbered(line) {
            return self.read_vertex(id, rest);
        }
        if let Some((name, event)) = event(line) {
            return self.read_event(name, event);
        }
        self.read_classic(line)
    }

    /// ` Image shop-api Built`.
    fn read_event(&mut self, name: &str, event: Event) -> Option<Part> {
        let at = self.find(name)?;
        let image = &mut self.images[at];
        let news = match event {
            Event::Building if image.state == State::Waits => News::Step(None, "begins".to_owned()),
            Event::Built if image.state != State::Ended => {
                News::Done { cached: image.made == 0 && image.cached > 0 }
            }
            Event::Building | Event::Built => return None,
        };
        image.state = if event == Event::Built { State::Ended } else { State::UnderWay };
        Some(self.part(vec![at], news))
    }

    /// The image that Compose means by a name: a service's name, or an image's.
    fn find(&self, name: &str) -> Option<usize> {
        let bare = name.strip_prefix("docker.io/library/").unwrap_or(name);
        let bare = bare.strip_suffix(":latest").unwrap_or(bare);
        let is_it = |it: &Image| it.service == bare || (it.name == bare || it.name == name);
        let ends = |it: &Image| bare.strip_suffix(&it.service).is_some_and(|it| it.ends_with('-'));
        let longest = || {
            let found = self.images.iter().enumerate().filter(|it| ends(it.1));
            found.max_by_key(|it| it.1.service.len()).map(|it| it.0)
        };
        self.images.iter().position(is_it).or_else(longest)
    }

    /// The images that are under way; all that are not done where none has reported its start.
    fn under_way(&self) -> Vec<usize> {
        let all = |state| -> Vec<usize> {
            let found = self.images.iter().enumerate().filter(|it| it.1.state == state);
            found.map(|it| it.0).collect()
        };
        let found = all(State::UnderWay);
        if found.is_empty() { all(State::Waits) } else { found }
    }

    fn part(&self, images: Vec<usize>, news: News) -> Part {
        Part { names: images.into_iter().map(|it| self.images[it].service.clone()).collect(), news }
    }

    /// The failure, after the build has ended with an error.
    fn failure(&self) -> Failed {
        let named = |images: Vec<usize>| -> Vec<String> {
            images.into_iter().map(|it| self.images[it].service.clone()).collect()
        };
        if let Some(vertex) = self.failed.and_then(|it| self.vertices.get(&it)) {
            let services = named(vertex.image.map_or_else(|| self.under_way(), |it| vec![it]));
            return Failed { services, lines: vertex.excerpt.lines() };
        }
        Failed { services: named(self.under_way()), lines: self.beside.lines() }
    }
}

/// A progress that passes every line on, and the log that collects them.
pub(super) fn overhear(log: BuildLog, progress: &Progress) -> (Progress, Arc<Mutex<BuildLog>>) {
    let log = Arc::new(Mutex::new(log));
    let (hears, progress) = (Arc::clone(&log), progress.clone());
    let overheard = Progress::new(move |line| {
        hears.lock().unwrap_or_else(PoisonError::into_inner).read(line);
        progress.line(line);
    });
    (overheard, log)
}

/// The failure that the log of a failed build shows.
pub(super) fn failure(log: &Mutex<BuildLog>) -> Failed {
    log.lock().unwrap_or_else(PoisonError::into_inner).failure()
}

/// The ids of the containers that a failed build may have left. `None` if it ran in none.
pub(super) fn containers(log: &Mutex<BuildLog>) -> Option<Vec<String>> {
    let log = log.lock().unwrap_or_else(PoisonError::into_inner);
    Some(log.containers.as_ref()?.iter().cloned().collect())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Event {
    Building,
    Built,
}

/// A line of Compose's about an image: ` Image shop-api Building`, ` Service api  Built`, ` ✔ api
/// Built`.
fn event(line: &str) -> Option<(&str, Event)> {
    let mut words: Vec<&str> = line.split_whitespace().collect();
    if words.first().is_some_and(|it| ["Image", "Service", "✔", "✓"].contains(it)) {
        words.remove(0);
    }
    let [name, event] = words[..] else { return None };
    match event {
        "Building" => Some((name, Event::Building)),
        "Built" => Some((name, Event::Built)),
        _ => None,
    }
}
