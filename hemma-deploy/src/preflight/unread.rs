//! What is not known about Dockerfiles, in a few lines.

use std::collections::{BTreeMap, BTreeSet};

use super::Sources;

/// The largest number of remarks about one Dockerfile.
const UNREAD_MAX: usize = 3;

/// The remarks about what is not known of the Dockerfiles.
pub(super) fn remarks(seen: &Sources) -> Vec<String> {
    let mut files: BTreeMap<&str, BTreeSet<(usize, &str)>> = BTreeMap::new();
    for (spot, what) in &seen.unread {
        files.entry(&spot.file).or_default().insert((spot.line, what));
    }
    let of_file = |(file, all): (&str, BTreeSet<(usize, &str)>)| {
        let more = all.len().saturating_sub(UNREAD_MAX);
        let more = (more > 0).then(|| format!("{file}: {more} other lines could not be read"));
        let lines = all.into_iter().take(UNREAD_MAX);
        let lines: Vec<_> = lines.map(|(line, what)| format!("{file}:{line}: {what}")).collect();
        lines.into_iter().chain(more)
    };
    files.into_iter().flat_map(of_file).collect()
}

#[cfg(test)]
mod tests {
    use hemma_docker::compose::{Model, Spot};

    use super::*;
    use crate::Config;
    use crate::preflight::Preflight;

    #[test]
    fn what_is_not_known_of_a_dockerfile_is_said_in_a_few_lines() {
        let line = |line| (Spot { file: "api/Dockerfile".to_owned(), line }, "no value".to_owned());
        let seen = Sources { unread: [5, 2, 2, 9, 7, 8].map(line).to_vec(), ..Sources::default() };
        let expected = [
            "api/Dockerfile:2: no value",
            "api/Dockerfile:5: no value",
            "api/Dockerfile:7: no value",
            "api/Dockerfile: 2 other lines could not be read",
        ];
        assert_eq!(remarks(&seen), expected);
        let preflight = Preflight { seen, ..Preflight::default() };
        assert_eq!(preflight.news(None, &Model::default()).len(), 4);
        let stops = preflight.findings(&Config::default(), &Model::default());
        assert!(stops.is_empty(), "it stops nothing: {stops:?}");
    }
}
