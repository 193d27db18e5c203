//! Compose's output while it works.

use std::collections::{BTreeSet, HashSet};
use std::sync::{Mutex, PoisonError};

use hemma_core::Progress;

use super::variables_said::of_env_file;

/// A progress that passes on what is new in Compose's output.
///
/// Compose warns of an unset variable at each use, in every call; the names are known from the
/// resolved project. And it reports that a container waits or is healthy once for each service that
/// waits for it.
pub(super) fn news(progress: &Progress) -> Progress {
    let (progress, events) = (progress.clone(), Mutex::new(HashSet::new()));
    Progress::new(move |line| {
        let mut events = events.lock().unwrap_or_else(PoisonError::into_inner);
        let is_news = !is_event(line) || events.insert(line.to_owned());
        if is_news && !is_warning(line) {
            progress.line(&shown(line));
        }
    })
}

/// The last lines of Compose's output, without its warnings.
pub(super) fn last_lines(text: &str, count: usize) -> Vec<String> {
    let telling = |it: &&str| !it.trim().is_empty() && !is_warning(it);
    let lines: Vec<&str> = text.lines().filter(telling).collect();
    lines[lines.len().saturating_sub(count)..].iter().map(|it| shown(it.trim_end())).collect()
}

/// The line, without what it quotes of a `.env` that was changed since it was judged.
fn shown(line: &str) -> String {
    of_env_file(line, &BTreeSet::new()).unwrap_or_else(|| line.to_owned())
}

fn is_warning(line: &str) -> bool {
    line.contains("level=warning") || line.starts_with("WARN[")
}

/// Whether `line` reports the state of one object: ` Container shop_redis Healthy`.
fn is_event(line: &str) -> bool {
    let mut words = line.split_whitespace();
    let of = words.next();
    of.is_some_and(|it| ["Container", "Image", "Network", "Volume"].contains(&it))
        && words.count() == 2
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn what_is_quoted_of_a_changed_env_file_is_hidden() {
        let said = "failed to read /a/.env: line 1: unterminated quoted value 'hunter2\n\
                    failed to read dockerfile: open Dockerfile: no such file or directory\n";
        let shown = last_lines(said, 9);
        assert!(shown[0].ends_with(": line 1: unterminated quoted value [hidden]"), "{shown:?}");
        assert!(shown[1].ends_with("open Dockerfile: no such file or directory"), "{shown:?}");
    }

    #[test]
    fn what_was_said_already_is_no_news() {
        let told = Arc::new(Mutex::new(Vec::new()));
        let keep = Arc::clone(&told);
        let progress = Progress::new(move |line| keep.lock().unwrap().push(line.to_owned()));
        let said = [
            "time=\"…\" level=warning msg=\"The \\\"A\\\" variable is not set.\"",
            " Image app-api Building",
            " Image app-api Building",
            " ---> Using cache",
            " ---> Using cache",
            " Container app_redis Waiting",
            " Container app_redis Healthy",
            " Container app_redis Waiting",
            " Container app_redis Error dependency failed",
        ];
        let news = news(&progress);
        for line in said {
            news.line(line);
        }
        let heard: Vec<_> = [1, 3, 4, 5, 6, 8].iter().map(|&it| said[it].to_owned()).collect();
        assert_eq!(*told.lock().unwrap(), heard);
    }
}
