//! The steps of BuildKit's graph, by their numbers.

use super::excerpt::Excerpt;

/// Steps beyond this number are not told apart. Real builds stay far below it.
pub(super) const VERTICES_MAX: usize = 4096;

/// A step of BuildKit's graph.
#[derive(Debug, Default)]
pub(super) struct Vertex {
    /// The image that the step is for, if known.
    pub(super) image: Option<usize>,
    /// Whether the Dockerfile has this step.
    pub(super) own: bool,
    pub(super) excerpt: Excerpt,
}

/// The number of a step and the text behind it.
pub(super) fn numbered(line: &str) -> Option<(u32, &str)> {
    let (number, rest) = line.strip_prefix('#')?.split_once(' ')?;
    Some((number.parse().ok()?, rest))
}
