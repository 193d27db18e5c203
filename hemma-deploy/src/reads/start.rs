//! Commands that start what the image of their service does not have.

use hemma_docker::compose::Spot;
use serde_json::Value;

use super::argv::{Start, starts};
use super::copy::Origin;
use super::image::Image;
use super::notice::{Notice, Noticed};
use super::project::Service;
use super::repository::{Repository, below, ends, join};
use super::scene::Scene;

/// Names of scripts that no program has.
const SCRIPTS: [&str; 9] =
    ["start", "serve", "dev", "web", "api", "server", "start_worker", "start_api", "start_server"];

pub(super) fn notices(scene: &Scene<'_>) -> Vec<Noticed> {
    let of = |it: &super::scene::Seen<'_>| {
        let image = it.image()?;
        let (service, repository) = (it.service, scene.repository);
        let command = command(service, image);
        let notice = |start: Start| {
            let words = start.words();
            Judge { service, image, repository, words }.notice(start)
        };
        Some(starts(&command).into_iter().filter_map(notice).collect::<Vec<_>>())
    };
    scene.built().filter_map(of).flatten().collect()
}

/// The command line of a service: what the compose files have, or else the image.
fn command(service: &Service, image: &Image) -> Vec<String> {
    let entrypoint = service.entrypoint.clone().or_else(|| image.entrypoint.clone());
    // An entrypoint of the compose files takes the command of the image away.
    let of_image = if service.entrypoint.is_some() { None } else { image.command.clone() };
    let command = service.command.clone().or(of_image);
    entrypoint.into_iter().flatten().chain(command.into_iter().flatten()).collect()
}

struct Judge<'j> {
    service: &'j Service,
    image: &'j Image,
    repository: &'j Repository,
    /// What is started, without the other words of the command: those may be secret.
    words: String,
}

impl Judge<'_> {
    fn notice(&self, start: Start) -> Option<Noticed> {
        match start {
            Start::File { interpreter, path } => self.file(&interpreter, &path),
            Start::Module { module, directory } => self.module(&module, directory.as_deref()),
            Start::Script { manager, name, project } => {
                self.script(&manager, &name, project.as_deref())
            }
        }
    }

    fn directory(&self) -> String {
        self.service
            .directory
            .as_deref()
            .map_or_else(|| self.image.directory.clone(), |it| join("", it))
    }

    /// Where a file of the container comes from.
    fn origin(&self, path: &str) -> Origin {
        let mut over =
            self.service.mounts.iter().filter_map(|(to, from)| Some((below(path, to)?, from)));
        let Some((rest, from)) = over.next() else {
            return self.image.origin(path, self.repository);
        };
        let own = from.as_ref().map(|it| join(it, rest));
        let own = own.filter(|it| self.repository.has_file(it));
        own.map_or(Origin::Unknown, Origin::File)
    }

    fn file(&self, interpreter: &str, path: &str) -> Option<Noticed> {
        if path.contains(['$', '*', '%']) {
            return None;
        }
        let full = join(&self.directory(), path);
        let name = name_of(&full);
        let tries = match interpreter {
            "node" => vec![
                full.clone(),
                format!("{full}.js"),
                format!("{full}.cjs"),
                format!("{full}/index.js"),
            ],
            _ => vec![full.clone()],
        };
        // A compiler makes it.
        let compiled = interpreter == "node" && self.repository.ending("tsconfig.json").is_some();
        let missing = !compiled && tries.iter().all(|it| self.origin(it) == Origin::Missing);
        missing.then(|| self.missing(&full, self.repository.ending(name)))
    }

    fn module(&self, module: &str, directory: Option<&str>) -> Option<Noticed> {
        let path = module.replace('.', "/");
        let first = path.split('/').next().unwrap_or_default();
        let is_own = |it: &str| {
            let parts = it.split('/');
            it.ends_with(&format!("/{first}.py"))
                || it == format!("{first}.py")
                || parts.clone().any(|it| it == first)
        };
        if !self.repository.files().filter(|it| ends(it, "py")).any(is_own) || self.is_installed() {
            return None;
        }
        let own = join(&self.directory(), directory.unwrap_or("."));
        let variables =
            [self.service.variables.get("PYTHONPATH"), self.image.variables.get("PYTHONPATH")];
        let more = variables.into_iter().flatten().flat_map(|it| it.split(':'));
        if more.clone().any(|it| it.contains('$')) {
            return None;
        }
        let roots = std::iter::once(own.clone()).chain(more.map(|it| join(&self.directory(), it)));
        let mut tries = roots.flat_map(|root| {
            [".py", "/__init__.py", "/__main__.py"].map(|end| join(&root, &format!("{path}{end}")))
        });
        let missing = tries.all(|it| self.origin(&it) == Origin::Missing);
        let file = format!("{path}.py");
        missing.then(|| self.missing(&join(&own, &file), self.repository.ending(&file)))
    }

    /// Whether the build installs the application itself, so that modules are found elsewhere.
    fn is_installed(&self) -> bool {
        let segments = self.image.runs.iter().flat_map(|it| &it.segments);
        segments.into_iter().any(|it| {
            let has = |words: &[&str]| it.has(words);
            let pip = it.words.first().is_some_and(|it| it.starts_with("pip")) || has(&["pip"]);
            (pip && it.words.iter().any(|it| it.starts_with('.') || it == "-e"))
                || (it.is("poetry", &["install"]) && !has(&["--no-root"]))
                || (it.is("pdm", &["install", "sync"]) && !has(&["--no-self"]))
                || (it.is("uv", &["sync"]) && !has(&["--no-install-project"]))
                || has(&["setup.py"])
        })
    }

    fn missing(&self, file: &str, elsewhere: Option<&str>) -> Noticed {
        let notice = Notice::FileMissing {
            service: self.service.name.clone(),
            command: self.words.clone(),
            file: format!("/{file}"),
            elsewhere: elsewhere.map(str::to_owned),
        };
        Noticed::new(notice, self.spot(name_of(file)))
    }

    fn spot(&self, word: &str) -> Option<Spot> {
        let written = self.service.command.is_some() || self.service.entrypoint.is_some();
        let build = self.service.build.as_ref();
        let in_compose = || self.repository.compose_spot(&self.service.name, word);
        let in_image = || {
            let path = build?.path();
            let text = self.repository.text(&path)?;
            let line = text
                .lines()
                .position(|it| it.starts_with("CMD") || it.starts_with("ENTRYPOINT"))?;
            Some(Spot { file: path, line: line + 1 })
        };
        if written { in_compose() } else { in_image() }
    }

    fn script(&self, manager: &str, name: &str, project: Option<&str>) -> Option<Noticed> {
        let directory = join(&self.directory(), project.unwrap_or("."));
        let is_node = ["npm", "pnpm", "yarn"].contains(&manager);
        let file = if is_node { "package.json" } else { "pyproject.toml" };
        let Origin::File(file) = self.origin(&join(&directory, file)) else { return None };
        let text = self.repository.text(&file)?;
        // A step of the build may add scripts.
        if self
            .image
            .runs
            .iter()
            .any(|it| it.text.contains("pkg set") || it.text.contains(name_of(&file)))
        {
            return None;
        }
        let certain = match manager {
            _ if is_node => {
                let package: Value = serde_json::from_str(text).ok()?;
                let server = || self.origin(&join(&directory, "server.js")) != Origin::Missing;
                if package["scripts"].get(name).is_some() || (name == "start" && server()) {
                    return None;
                }
                // Others look for a program of that name.
                manager == "npm"
            }
            _ => {
                let project: toml::Table = text.parse().ok()?;
                let elsewhere = || {
                    let others =
                        self.repository.texts.iter().filter(|it| it.0.ends_with("pyproject.toml"));
                    others
                        .filter_map(|it| it.1.parse::<toml::Table>().ok())
                        .any(|it| lists(&it, name))
                };
                if lists(&project, name) || !(SCRIPTS.contains(&name) || elsewhere()) {
                    return None;
                }
                false
            }
        };
        let notice = Notice::ScriptMissing {
            service: self.service.name.clone(),
            command: self.words.clone(),
            file,
            certain,
        };
        Some(Noticed::new(notice, self.spot(name)))
    }
}

/// The last part of a path.
fn name_of(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Whether a `pyproject.toml` lists a script.
fn lists(project: &toml::Table, name: &str) -> bool {
    let paths = [
        &["project", "scripts"][..],
        &["tool", "pdm", "scripts"],
        &["tool", "poetry", "scripts"],
        &["tool", "uv", "scripts"],
    ];
    paths.iter().any(|path| table(project, path).is_some_and(|it| it.contains_key(name)))
}

/// A table within tables.
pub(super) fn table<'t>(root: &'t toml::Table, path: &[&str]) -> Option<&'t toml::Table> {
    path.iter().try_fold(root, |it, key| it.get(*key)?.as_table())
}
