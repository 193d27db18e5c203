//! Lock files that do not have what a Dockerfile installs from them.

use std::collections::BTreeSet;

use serde_json::Value;

use super::copy::Origin;
use super::image::{Image, Run};
use super::lock_files as of;
use super::notice::{Notice, Noticed};
use super::repository::{Repository, join};
use super::scene::Scene;
use super::shell::Segment;

pub(super) fn notices(scene: &Scene<'_>) -> Vec<Noticed> {
    let stages = scene.built().flat_map(|it| &it.stages);
    let of_stage = |image: &Image| {
        let runs = image.runs.iter().enumerate();
        runs.flat_map(|(at, run)| Judge { image, at, run, repository: scene.repository }.notices())
            .collect::<Vec<_>>()
    };
    stages.flat_map(of_stage).collect()
}

/// A command of a build, and the image that it runs in.
struct Judge<'j> {
    image: &'j Image,
    at: usize,
    run: &'j Run,
    repository: &'j Repository,
}

impl Judge<'_> {
    fn notices(&self) -> Vec<Noticed> {
        let mut directory = self.run.directory.clone();
        let mut found = Vec::new();
        for it in self.run.segments.iter().filter(|it| !it.may_fail) {
            if it.words[0] == "cd" {
                directory = join(&directory, it.words.get(1).map_or("", String::as_str));
            }
            let (first, second) =
                (it.words[0].as_str(), it.words.get(1).map_or("", String::as_str));
            let notice = match (first, second) {
                ("pdm", "install" | "sync" | "export") => self.pdm(it, &directory),
                ("poetry", "install" | "sync") => self.poetry(it, &directory),
                ("uv", "sync") => self.uv(it, &directory),
                ("npm", "ci" | "clean-install") => self.npm(&directory),
                ("pnpm", "install" | "i") if it.has(&["--frozen-lockfile"]) => {
                    self.pnpm(&directory)
                }
                _ => None,
            };
            let of_base = || self.run.of_base.clone();
            let spot = || [self.run.spot.clone()];
            found.extend(
                notice.map(|it| Noticed { of_base: of_base(), ..Noticed::new(it, spot()) }),
            );
        }
        found
    }

    /// A file next to where the command runs, by its path in the repository, and its text.
    fn file(&self, directory: &str, name: &str) -> Option<(String, &str)> {
        let mounted = self.run.mounted.iter().find(|it| it.rsplit('/').next() == Some(name));
        let path = match mounted {
            Some(path) => path.clone(),
            None => {
                match self.image.origin_before(&join(directory, name), self.at, self.repository) {
                    Origin::File(path) => path,
                    _ => return None,
                }
            }
        };
        let text = self.repository.text(&path)?;
        Some((path, text))
    }

    fn pdm(&self, it: &Segment, directory: &str) -> Option<Notice> {
        let (lock, text) = self.file(directory, "pdm.lock")?;
        let locked = of::pdm_groups(text)?;
        let (_, project) = self.file(directory, "pyproject.toml")?;
        let project: toml::Table = project.parse().ok()?;
        let mut wanted: BTreeSet<String> =
            it.values(&["-G", "--group", "--with"]).iter().map(|it| of::group(it)).collect();
        // Without any of these, pdm takes the groups of the lock.
        if it.has(&["--dev", "-d"]) {
            wanted.extend(of::pdm_dev_groups(&project));
        }
        wanted.retain(|it| !it.contains([':', '$']));
        let lacks: Vec<String> = wanted.difference(&locked).cloned().collect();
        let fails = it.words[1] != "export";
        let command = format!("pdm {}", it.words[1]);
        (!lacks.is_empty()).then_some(Notice::LockLacks { lock, groups: lacks, command, fails })
    }

    fn poetry(&self, it: &Segment, directory: &str) -> Option<Notice> {
        let (lock, text) = self.file(directory, "poetry.lock")?;
        let locked = of::poetry_lock_groups(text)?;
        let (_, project) = self.file(directory, "pyproject.toml")?;
        let groups = of::poetry_groups(&project.parse().ok()?);
        let wanted = it.values(&["--with", "--only"]);
        let wanted =
            wanted.iter().map(|it| of::group(it)).filter(|it| it != "main" && !it.contains('$'));
        // A group without dependencies has no packages in the lock.
        let lacks = |it: &String| match groups.iter().find(|own| own.0 == *it) {
            Some((_, has_some)) => *has_some && !locked.contains(it),
            None => true,
        };
        let lacks: Vec<String> = wanted.filter(lacks).collect();
        let command = format!("poetry {}", it.words[1]);
        (!lacks.is_empty()).then_some(Notice::LockLacks {
            lock,
            groups: lacks,
            command,
            fails: true,
        })
    }

    fn uv(&self, it: &Segment, directory: &str) -> Option<Notice> {
        if it.has(&["--package", "--all-packages", "--project", "--directory"]) {
            return None;
        }
        let (lock, text) = self.file(directory, "uv.lock")?;
        let (groups, extras) = of::uv_groups(text)?;
        let (_, project) = self.file(directory, "pyproject.toml")?;
        let project: toml::Table = project.parse().ok()?;
        // Without these options, uv brings the lock up to date itself.
        let is_fixed = it.has(&["--frozen", "--locked"]);
        let (own, own_extras) = (of::of_project(&project), of::extras(&project));
        let lacks = |name: &String, is_own: bool, is_locked: bool| {
            !name.contains('$') && !is_locked && (is_fixed || !is_own)
        };
        let wanted = it.values(&["--group", "--only-group"]).into_iter().map(|it| of::group(&it));
        let mut missing: Vec<String> = wanted
            .filter(|it| {
                let (is_own, is_empty) = match own.iter().find(|own| own.0 == *it) {
                    Some((_, has_some)) => (true, !has_some),
                    None => (false, false),
                };
                !is_empty && lacks(it, is_own, groups.contains(it))
            })
            .collect();
        let wanted = it.values(&["--extra"]).into_iter().map(|it| of::group(&it));
        missing.extend(wanted.filter(|it| lacks(it, own_extras.contains(it), extras.contains(it))));
        // `dev` of uv's own table is not in `[dependency-groups]`.
        missing.retain(|it| it != "dev");
        let command = "uv sync".to_owned();
        (!missing.is_empty()).then_some(Notice::LockLacks {
            lock,
            groups: missing,
            command,
            fails: true,
        })
    }

    fn npm(&self, directory: &str) -> Option<Notice> {
        let command = "npm ci".to_owned();
        let (manifest, package) = self.file(directory, "package.json")?;
        let lock = join(directory, "package-lock.json");
        let before = &self.image.runs[..self.at];
        let installs = before.iter().any(|it| it.text.contains("npm "));
        // npm takes the lock of a workspace above, too.
        let above = std::iter::successors(Some(directory), |it| it.rsplit_once('/').map(|it| it.0));
        let mut locks = above
            .chain([""])
            .flat_map(|it| ["package-lock.json", "npm-shrinkwrap.json"].map(|name| join(it, name)));
        let is_missing = |path: String| {
            self.image.origin_before(&path, self.at, self.repository) == Origin::Missing
        };
        if !installs && self.run.mounted.is_empty() && locks.all(is_missing) {
            let next_to = manifest.rsplit_once('/').map_or("", |it| it.0);
            return Some(Notice::LockMissing { lock: join(next_to, "package-lock.json"), command });
        }
        let Origin::File(lock) = self.image.origin_before(&lock, self.at, self.repository) else {
            return None;
        };
        let package: Value = serde_json::from_str(package).ok()?;
        let names = of::npm_missing(&package, self.repository.text(&lock)?)?;
        (!names.is_empty() && package["workspaces"].is_null()).then_some(Notice::LockOutdated {
            lock,
            names,
            command,
        })
    }

    fn pnpm(&self, directory: &str) -> Option<Notice> {
        let (_, package) = self.file(directory, "package.json")?;
        let (lock, text) = self.file(directory, "pnpm-lock.yaml")?;
        let names = of::pnpm_missing(&serde_json::from_str(package).ok()?, text)?;
        let command = "pnpm install --frozen-lockfile".to_owned();
        (!names.is_empty()).then_some(Notice::LockOutdated { lock, names, command })
    }
}
