//! Repositories for tests, as a host would bring them.

use std::collections::BTreeMap;

/// What the host's script would print of these files.
pub(crate) fn told(files: &BTreeMap<String, String>, root: &str) -> String {
    let mut text = format!("--8<-- //root {root}\n--8<-- //emulates status\n--8<-- //paths\n");
    for path in files.keys() {
        text.extend([path.as_str(), "\n"]);
    }
    for (path, content) in files {
        text.extend(["\n--8<-- //text ", path.as_str(), "\n", content.as_str()]);
    }
    text.push_str("\n--8<-- //lines\n");
    for (path, content) in files {
        for (at, line) in content.lines().enumerate() {
            text.extend([path.as_str(), ":", &(at + 1).to_string(), ":", line, "\n"]);
        }
    }
    text + "\n--8<-- //end\n"
}
