//! The README of a published crate: its crate page, for readers outside rustdoc.
//!
//! One text for both, and rustdoc checks its links and runs its example. Here the links into the
//! crate become plain words, and the lines that rustdoc hides are left out.

/// The page of a crate with this name, from the text of its `lib.rs`.
pub(super) fn of(name: &str, lib: &str) -> String {
    let page = lib.lines().take_while(|it| it.starts_with("//!"));
    let page = page.map(|it| it.strip_prefix("//! ").unwrap_or_default());
    let mut text = format!("# {name}\n\n");
    let mut is_code = false;
    for line in page {
        if let Some(kind) = line.strip_prefix("```") {
            text += if is_code { "```" } else { fence(kind) };
            is_code = !is_code;
        } else if !is_code {
            text +=
                &(if line.starts_with('#') { "#" } else { "" }.to_owned() + &without_links(line));
        } else if line == "#" || line.starts_with("# ") {
            continue;
        } else {
            text += line;
        }
        text.push('\n');
    }
    text + LICENCE
}

const LICENCE: &str = "\n## Licence\n\nMIT or Apache-2.0, as you like.\n";

/// The language of a code block, which rustdoc takes for Rust by default.
fn fence(kind: &str) -> &'static str {
    match kind {
        "" | "no_run" | "ignore" => "```rust",
        "toml" => "```toml",
        "sh" => "```sh",
        _ => "```text",
    }
}

/// A line with plain words instead of its links into the crate.
fn without_links(line: &str) -> String {
    let mut text = String::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('[') {
        let Some((words, behind)) = after.split_once(']') else { break };
        let target = behind.strip_prefix('(').and_then(|it| it.split_once(')'));
        let (is_link, behind) = match target {
            Some((target, _)) if target.contains('/') => (false, behind),
            Some((_, behind)) => (true, behind),
            None => (words.starts_with('`') && words.ends_with('`'), behind),
        };
        text += before;
        let kept = if is_link { ["", words, ""] } else { ["[", words, "]"] };
        text += &kept.concat();
        rest = behind;
    }
    text + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_read_without_rustdoc() {
        let lib = "//! *Is it?* See [`Look`], a [`World`](hemma_core::World) and [here](https://x.example/).\n\
            //!\n//! ```no_run\n//! # hidden();\n//! let list = [seen];\n//! #[test]\n//! # Ok(())\n//! ```\n\
            //!\n//! # What it does not do\n//!\n//! Nothing [more](Look) [1].\n\nmod look;\n";
        let page = "# x\n\n*Is it?* See `Look`, a `World` and [here](https://x.example/).\n\n\
            ```rust\nlet list = [seen];\n#[test]\n```\n\n## What it does not do\n\n\
            Nothing more [1].\n\n## Licence\n\nMIT or Apache-2.0, as you like.\n";
        assert_eq!(of("x", lib), page);
    }
}
