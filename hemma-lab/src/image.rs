//! The lab's images: built once, and again when their inputs change.

use std::collections::BTreeMap;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use hemma_core::{Command, Progress};

use super::docker::{Docker, LabError, Shell};
use super::engine::{self, Root};
use super::state::State;

/// An image, the directories below `tests/lab` that go into it, and its names in the host's engine.
pub(super) struct Image {
    pub(super) name: &'static str,
    /// The directories: the first is the root of the build context, the others keep their names.
    from: &'static [&'static str],
    pub(super) inner: &'static [&'static str],
}

pub(super) const HOST: Image =
    Image { name: "hemma-lab-host", from: &["host", "faults", "infrastructure"], inner: &[] };

pub(super) const INTERNET: Image =
    Image { name: "hemma-lab-internet", from: &["internet"], inner: &[] };

/// All images. Their names on this machine are the lab's alone, so that no image of the operator's
/// (a real `huledu-deps:dev`, say) is ever replaced.
pub(super) const ALL: [Image; 5] = [
    HOST,
    INTERNET,
    Image { name: "hemma-lab-deps", from: &["deps"], inner: &["huledu-deps:dev"] },
    Image {
        name: "hemma-lab-proxy",
        from: &["proxy"],
        inner: &[
            "nginxproxy/nginx-proxy:1.6",
            "nginxproxy/acme-companion:2.4",
            "skriptoteket-web:latest",
        ],
    },
    Image { name: "hemma-lab-postgres", from: &["postgres"], inner: &["postgres:15"] },
];

/// The base of the images where `debian:bookworm-slim` cannot be pulled.
pub(super) const OWN_BASE: &str = "hemma-lab-base";
const USUAL_BASE: &str = "debian:bookworm-slim";

/// The label of images that `lab down` removes.
pub(super) const OURS: &str = "hemma.lab=image";

/// The label with the hash of an image's inputs.
pub(super) const CONTENT: &str = "hemma.lab.content";

/// The directory of the lab's files.
pub(super) fn assets() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/lab")
}

/// The scripts in `faults/`, each with its first line of comment.
pub(super) fn faults() -> Result<BTreeMap<String, String>, LabError> {
    let mut files = BTreeMap::new();
    walk(&assets().join("faults"), Path::new(""), &mut files)?;
    let mut faults = BTreeMap::new();
    for (name, path) in files {
        let name = name.with_extension("").display().to_string();
        let text = fs::read_to_string(&path).map_err(|source| LabError::File { path, source })?;
        let says = text.lines().nth(1).unwrap_or_default().trim_start_matches("# ").to_owned();
        faults.insert(name, says);
    }
    Ok(faults)
}

/// Builds missing and stale images.
pub(super) async fn ensure(
    shell: &Shell,
    docker: Docker,
    state: &State,
    say: &Progress,
) -> Result<(), LabError> {
    let mut outdated = Vec::new();
    for image in &ALL {
        let look = docker.line(["image", "inspect", "--format", "{{.Id}}", &image.tag()?]);
        if !shell.ask("look at the images", look).await?.success() {
            outdated.push(image);
        }
    }
    if outdated.is_empty() {
        return Ok(());
    }
    let base = base(shell, docker, say).await?;
    // Two at a time: most of a build is waiting for packages, and more would only compete for the
    // disk.
    let queue = Mutex::new(outdated.iter());
    let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).next();
    let lane = || async {
        while let Some(image) = next() {
            say.line(&format!("building {}", image.name));
            build(shell, docker, state, image, base).await?;
        }
        Ok(())
    };
    tokio::try_join!(lane(), lane()).map(drop)
}

async fn build(
    shell: &Shell,
    docker: Docker,
    state: &State,
    image: &Image,
    base: &str,
) -> Result<(), LabError> {
    let staged = state.path(&format!("build-{}", image.name));
    image.stage(&staged)?;
    // Without `--force-rm` the classic builder leaves a container behind when a step fails.
    let mut args: Vec<String> =
        ["build", "--force-rm", "--tag", &image.tag()?].map(str::to_owned).into();
    args.extend(["--label".to_owned(), OURS.to_owned()]);
    args.extend(["--label".to_owned(), format!("{CONTENT}={}", image.content()?)]);
    args.extend(["--build-arg".to_owned(), format!("BASE={base}")]);
    if let Some(index) = std::env::var_os("PIP_INDEX_URL").and_then(|it| it.into_string().ok()) {
        args.extend(["--build-arg".to_owned(), format!("PIP_INDEX_URL={index}")]);
    }
    args.push(staged.display().to_string());
    let built = shell.run_long(&format!("build {}", image.name), docker.line(args)).await;
    let removed = fs::remove_dir_all(&staged);
    built?;
    removed.map_err(|source| LabError::File { path: staged, source })
}

/// The base of the other images: existing, pulled, or made from Debian's packages.
async fn base(shell: &Shell, docker: Docker, say: &Progress) -> Result<&'static str, LabError> {
    for name in [OWN_BASE, USUAL_BASE] {
        let look = docker.line(["image", "inspect", "--format", "{{.Id}}", name]);
        if shell.ask("look for a base image", look).await?.success() {
            return Ok(name);
        }
    }
    say.line(&format!("pulling {USUAL_BASE}"));
    let pull = docker.line(["pull", "--quiet", USUAL_BASE]);
    if matches!(shell.ask("pull a base image", pull).await, Ok(it) if it.success()) {
        return Ok(USUAL_BASE);
    }
    say.line("no image registry answers; making a base image with debootstrap");
    let root = Root::find(shell).await?;
    if !engine::has(shell, "debootstrap").await? {
        engine::install(shell, root, "debootstrap", say).await?;
    }
    // All of it as root: the files in the archive belong to root.
    let import = r#"PATH=$PATH:/usr/sbin:/sbin; make=$1; label=$2; name=$3
sh "$make" | docker import --change "LABEL $label" - "$name""#;
    let make = assets().join("base/make").display().to_string();
    let line = root.line(Command::script(import, [make.as_str(), OURS, OWN_BASE]));
    shell.run_long("make a base image", line).await?;
    Ok(OWN_BASE)
}

impl Image {
    /// The files of the build context, by their path in it.
    fn files(&self) -> Result<BTreeMap<PathBuf, PathBuf>, LabError> {
        let mut files = BTreeMap::new();
        for (at, dir) in self.from.iter().enumerate() {
            let below = if at == 0 { PathBuf::new() } else { PathBuf::from(dir) };
            walk(&assets().join(dir), &below, &mut files)?;
        }
        Ok(files)
    }

    /// The image's name on this machine. Labs of different working trees do not take turns
    /// rebuilding it.
    pub(super) fn tag(&self) -> Result<String, LabError> {
        Ok(format!("{}:{}", self.name, self.content()?))
    }

    /// A hash of all inputs of the image, apart from the base and the packages.
    pub(super) fn content(&self) -> Result<String, LabError> {
        let mut hasher = DefaultHasher::new();
        for (inside, outside) in self.files()? {
            inside.hash(&mut hasher);
            fs::read(&outside)
                .map_err(|source| LabError::File { path: outside, source })?
                .hash(&mut hasher);
        }
        Ok(format!("{:016x}", hasher.finish()))
    }

    /// Copies the files of the build context.
    fn stage(&self, to: &Path) -> Result<(), LabError> {
        let failed = |source| LabError::File { path: to.to_owned(), source };
        if to.exists() {
            // It may be left from a build that was killed.
            fs::remove_dir_all(to).map_err(failed)?;
        }
        for (inside, outside) in self.files()? {
            let place = to.join(inside);
            fs::create_dir_all(place.parent().unwrap_or(to)).map_err(failed)?;
            fs::copy(outside, place).map_err(failed)?;
        }
        // Behind a proxy that inspects TLS, pip inside the build must trust what this machine
        // trusts.
        if let Some(bundle) = std::env::var_os("SSL_CERT_FILE").filter(|_| to.join("ca").is_dir()) {
            fs::copy(bundle, to.join("ca/bundle.crt")).map_err(failed)?;
        }
        Ok(())
    }
}

fn walk(dir: &Path, below: &Path, files: &mut BTreeMap<PathBuf, PathBuf>) -> Result<(), LabError> {
    let failed = |source| LabError::File { path: dir.to_owned(), source };
    for entry in fs::read_dir(dir).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let inside = below.join(entry.file_name());
        if entry.file_type().map_err(failed)?.is_dir() {
            walk(&entry.path(), &inside, files)?;
        } else {
            files.insert(inside, entry.path());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_build_context_holds_what_its_dockerfile_copies() {
        let host = ALL[0].files().expect("the assets are in the repository");
        for path in ["Dockerfile", "lab/engine", "faults/unhealthy.sh", "ca/README.md"] {
            assert!(host.contains_key(Path::new(path)), "{path} is missing");
        }
        for image in &ALL {
            let content = image.content().expect("the assets are in the repository");
            assert_eq!(content, image.content().expect("still"), "{}", image.name);
        }
    }
}
