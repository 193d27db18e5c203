//! The files of the repository that an image is made from, read from its Dockerfile.
//!
//! When in doubt, everything: an image that is built once too often costs a cache look-up; one that
//! is built once too seldom is out of date.

use hemma_docker::compose::{BuildContext, BuildSpec};

use crate::dockerfile::Dockerfile;

/// The files that an image is made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImageInputs {
    /// Possibly any file of the repository, for this reason.
    Everything(String),
    /// These files, and all files below these directories, relative to the checkout.
    Paths(Vec<String>),
}

impl ImageInputs {
    /// The inputs from the text of a Dockerfile; `None` means that the file is missing.
    pub fn read(build: &BuildSpec, dockerfile: Option<&str>) -> Self {
        let everything = |reason: &str| Self::Everything(reason.to_owned());
        if build.context.starts_with('/') || build.context.contains("://") {
            return everything("its build context is not in the repository");
        }
        let Some(text) = dockerfile else {
            return everything("its Dockerfile could not be read");
        };
        let parsed = Dockerfile::read(text);
        if !parsed.flaws.is_empty() || parsed.instructions.is_empty() {
            return everything("its Dockerfile could not be read");
        }
        let mut paths = match sources(&parsed) {
            Ok(paths) => paths,
            Err(reason) => return everything(reason),
        };
        paths.push(build.dockerfile.clone());
        paths.push(".dockerignore".to_owned());
        let mut paths: Vec<_> = paths.iter().map(|it| join(&build.context, it)).collect();
        for context in build.contexts.values() {
            match context {
                BuildContext::Directory(path) if !path.starts_with('/') => {
                    paths.push(join(".", path));
                }
                BuildContext::Service(_) => {
                    return everything("it is made from another service's image");
                }
                _ => {}
            }
        }
        Self::Paths(paths)
    }

    /// The files of `changed` that the image is made from.
    pub fn of(&self, changed: &[String]) -> Vec<String> {
        match self {
            Self::Everything(_) => changed.to_vec(),
            Self::Paths(paths) => {
                let holds = |it: &&String| paths.iter().any(|path| holds(path, it));
                changed.iter().filter(holds).cloned().collect()
            }
        }
    }
}

fn holds(path: &str, file: &str) -> bool {
    let below = |path: &str| file.strip_prefix(path).is_some_and(|it| it.starts_with('/'));
    path == "." || path == file || below(path)
}

fn sources(dockerfile: &Dockerfile) -> Result<Vec<String>, &'static str> {
    let mut paths = Vec::new();
    for it in &dockerfile.instructions {
        match it.keyword.as_str() {
            "COPY" if it.option("from").is_some() => {}
            "COPY" | "ADD" => collect(&mut paths, it.sources(dockerfile.escape))?,
            "RUN" if it.options.iter().any(binds_context) => {
                return Err("its Dockerfile mounts the build context");
            }
            "ONBUILD" => return Err("its Dockerfile has ONBUILD"),
            _ => {}
        }
    }
    Ok(paths)
}

fn binds_context((name, value): &(String, String)) -> bool {
    // A mount without a type is a bind mount.
    let bind = value.contains("type=bind") || !value.contains("type=");
    name == "mount" && bind && !value.contains("from=")
}

fn collect(paths: &mut Vec<String>, sources: Vec<String>) -> Result<(), &'static str> {
    for path in sources {
        if path.contains('$') {
            return Err("its Dockerfile copies a path that holds a variable");
        }
        if path.contains("://") || path.starts_with("git@") {
            continue;
        }
        paths.push(before_wildcard(&path));
    }
    Ok(())
}

/// `pkg/*.toml` → `pkg`: the directory in which any file may match.
fn before_wildcard(path: &str) -> String {
    let Some(at) = path.find(['*', '?', '[']) else { return path.to_owned() };
    path[..at].rsplit_once('/').map_or_else(|| ".".to_owned(), |it| it.0.to_owned())
}

/// A path of the build context as a path of the repository, without `.` and `..`.
fn join(context: &str, path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in context.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    if parts.is_empty() { ".".to_owned() } else { parts.join("/") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inputs(context: &str, dockerfile: &str) -> ImageInputs {
        let build = BuildSpec {
            context: context.into(),
            dockerfile: "Dockerfile".into(),
            ..BuildSpec::default()
        };
        ImageInputs::read(&build, Some(dockerfile))
    }

    #[test]
    fn the_sources_of_an_image_are_read() {
        let text = "ARG D=x\nFROM ${D} AS base\nCOPY services/api /app\nCOPY libs/*.py ./pyproject.toml /app/\n\
            FROM base\nCOPY --from=base /app /app\nADD --chown=1:1 assets/ /a\nRUN --mount=type=cache,target=/c make\n";
        let paths =
            ["services/api", "libs", "pyproject.toml", "assets", "Dockerfile", ".dockerignore"];
        assert_eq!(inputs(".", text), ImageInputs::Paths(paths.map(str::to_owned).to_vec()));
        let paths = ["web/src", "web/Dockerfile", "web/.dockerignore"];
        let text = "FROM node\nCOPY src /app\n";
        assert_eq!(inputs("web", text), ImageInputs::Paths(paths.map(str::to_owned).to_vec()));
    }

    #[test]
    fn an_additional_context_is_an_input_too() {
        let with = |context: BuildContext| {
            let build = BuildSpec {
                context: "web".into(),
                dockerfile: "Dockerfile".into(),
                contexts: [("shared".to_owned(), context)].into(),
                ..BuildSpec::default()
            };
            ImageInputs::read(&build, Some("FROM x\nENTRYPOINT []\nCOPY --from=shared a /a\n"))
        };
        let paths = ["web/Dockerfile", "web/.dockerignore", "libs/shared"].map(str::to_owned);
        let seen = with(BuildContext::Directory("libs/shared".to_owned()));
        assert_eq!(seen, ImageInputs::Paths(paths.to_vec()));
        let seen = with(BuildContext::Service("base".to_owned()));
        assert!(matches!(seen, ImageInputs::Everything(_)), "{seen:?}");
    }

    #[test]
    fn when_in_doubt_it_is_everything() {
        let rows = [
            (".", "FROM x\nCOPY $DIR /app\n"),
            (".", "FROM x\nRUN --mount=type=bind,target=/src make\n"),
            (".", "FROM x\nONBUILD COPY . /app\n"),
            ("/elsewhere", "FROM x\n"),
            (".", ""),
            (".", "FROM x\nwhatever\n"),
        ];
        for (context, text) in rows {
            let seen = inputs(context, text);
            assert!(matches!(seen, ImageInputs::Everything(_)), "{text}: {seen:?}");
        }
        assert_eq!(inputs(".", "FROM x\nCOPY . /app\n").of(&["any/file".into()]), ["any/file"]);
    }

    #[test]
    fn a_change_meets_the_image_it_is_in() {
        let seen = ImageInputs::Paths(vec!["services/api".into(), "libs".into()]);
        let rows = [
            ("services/api/app.py", true),
            ("services/api_gateway/app.py", false),
            ("libs", true),
            ("README.md", false),
        ];
        for (file, met) in rows {
            assert_eq!(!seen.of(&[file.to_owned()]).is_empty(), met, "{file}");
        }
    }
}
