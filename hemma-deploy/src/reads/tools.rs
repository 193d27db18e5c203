//! Health checks whose tool the image does not have.

use super::image::{Image, name_of};
use super::notice::{Notice, Noticed};
use super::scene::{Scene, Seen};
use super::shell::segments;

/// Tools that health checks use and that small images lack.
const TOOLS: [&str; 6] = ["curl", "wget", "nc", "http", "jq", "ping"];

pub(super) fn notices(scene: &Scene<'_>) -> Vec<Noticed> {
    let of = |it: &Seen<'_>| {
        let image = it.image()?;
        let check = it.service.check.as_ref().or(image.check.as_ref())?;
        let tool = tools(check).into_iter().find(|it| lacks(image, it))?;
        let spot = scene.repository.compose_spot(&it.service.name, &tool);
        let notice = Notice::ToolMissing {
            service: it.service.name.clone(),
            tool,
            base: image.base.clone().unwrap_or_default(),
        };
        Some(Noticed::new(notice, spot))
    };
    scene.built().filter_map(of).collect()
}

/// The tools that a check surely runs.
fn tools(check: &[String]) -> Vec<String> {
    let first = match check {
        [kind, words @ ..] if kind == "CMD" => match words {
            [shell, option, line] if shell.ends_with("sh") && option == "-c" => first_of(line),
            words => words.first().cloned(),
        },
        [kind, line, ..] if kind == "CMD-SHELL" => first_of(line),
        _ => None,
    };
    first.into_iter().filter(|it| TOOLS.contains(&it.as_str())).collect()
}

fn first_of(line: &str) -> Option<String> {
    segments(line).into_iter().next()?.words.into_iter().next()
}

/// Whether an image lacks a tool, by the image that it begins from and by what its build says.
fn lacks(image: &Image, tool: &str) -> bool {
    let Some(base) = &image.base else { return false };
    // A part of the build that is not understood may bring anything.
    let is_plain = image.runs.iter().all(|it| {
        it.segments
            .iter()
            .all(|it| it.makes_no_file() && !it.has(&["-r", "--file"]) || is_install(&it.words))
    });
    let is_named = image.runs.iter().any(|it| it.text.contains(tool));
    !image.is_doubtful && is_plain && !is_named && !image.may_bring(tool) && base_lacks(base, tool)
}

/// Whether a command installs packages of a language, which bring no such tools.
fn is_install(words: &[String]) -> bool {
    words.first().is_some_and(|it| {
        ["pip", "pip3", "npm", "yarn", "pnpm", "bundle", "python", "python3"].contains(&it.as_str())
    })
}

/// Whether an official image lacks a tool.
fn base_lacks(base: &str, tool: &str) -> bool {
    let name = name_of(base);
    let tag = base.rsplit_once(':').map_or("latest", |it| it.1);
    let of_busybox = ["wget", "nc", "ping"].contains(&tool);
    let is_language = ["python", "node", "ruby", "golang", "rust"].contains(&name);
    match name {
        "scratch" => true,
        it if it.starts_with("gcr.io/distroless/") => !tag.contains("debug"),
        "alpine" => !of_busybox,
        "debian" | "ubuntu" => true,
        _ if is_language && tag.contains("alpine") => !of_busybox,
        _ if is_language && tag.contains("slim") => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tool_is_known_to_be_missing_only_from_official_images() {
        for (base, tool, expected) in [
            ("python:3.13-slim", "curl", true),
            ("python:3.13", "curl", false),
            ("node:22-alpine", "curl", true),
            ("node:22-alpine", "wget", false),
            ("docker.io/library/node:22-slim", "wget", true),
            ("gcr.io/distroless/nodejs22:debug", "wget", false),
            ("gcr.io/distroless/nodejs22", "wget", true),
            ("nginx:alpine", "curl", false),
            ("php:8-alpine", "curl", false),
            ("mycompany/python:3-slim", "curl", false),
        ] {
            assert_eq!(base_lacks(base, tool), expected, "{base} {tool}");
        }
    }

    #[test]
    fn the_tool_is_the_first_word_of_a_check() {
        let words = |it: &[&str]| {
            tools(&it.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>()).join(" ")
        };
        for (check, expected) in [
            (&["CMD", "curl", "-f", "http://x"][..], "curl"),
            (&["CMD-SHELL", "wget -q http://x || exit 1"], "wget"),
            (&["CMD", "sh", "-c", "curl -f x"], "curl"),
            (&["CMD", "python", "-c", "curl"], ""),
            (&["NONE"], ""),
            (&[], ""),
        ] {
            assert_eq!(words(check), expected);
        }
    }
}
