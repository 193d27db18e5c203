//! The lab's images: built once, and again when their inputs change.

use std::collections::BTreeMap;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use hemma_core::Progress;

use super::base::{Base, Bases};
pub(super) use super::base::{OURS, assets};
use super::docker::{Docker, LabError, Shell};
use super::state::State;
use super::system::{Coreutils, Os, Sudo, System};

/// An image, the directories below `tests/lab` that go into it, and its names in the host's engine.
pub(super) struct Image {
    pub(super) name: String,
    /// The directories: the first is the root of the build context, the others keep their names.
    from: &'static [&'static str],
    pub(super) inner: &'static [&'static str],
    base: Base,
    /// The build arguments, apart from the base.
    arguments: Vec<(&'static str, &'static str)>,
}

/// The parts of the shared proxy stack that one image plays.
const PROXY: [&str; 3] =
    ["nginxproxy/nginx-proxy:1.6", "nginxproxy/acme-companion:2.4", "skriptoteket-web:latest"];

/// The image of the host, and of the git remote.
pub(super) fn host(system: System) -> Image {
    let name = match system.os {
        Os::Classic => "hemma-lab-host".to_owned(),
        _ => format!("hemma-lab-host-{}", system.to_string().replace(' ', "-")),
    };
    let mut image = Image::of(&name, &["host", "faults", "infrastructure"], &[]);
    image.base = system.os.into();
    if system.os != Os::Classic {
        // From Debian 13 on the client and its plugins are packages of their own, and an sshd brings
        // no ssh.
        let engine = "docker.io docker-cli docker-compose openssh-client";
        image.arguments = vec![("ENGINE", engine), ("COMPOSE", "")];
    }
    if system.os == Os::Modern {
        let store = r#""containerd-snapshotter": true"#;
        image.arguments.extend([("BUILDX", "docker-buildx"), ("FEATURES", store)]);
    }
    if system.sudo == Sudo::Rs {
        // The usual one has the files that both read.
        image.arguments.push(("SUDO", "sudo sudo-rs"));
    }
    if system.coreutils == Coreutils::Uutils {
        image.arguments.push(("COREUTILS", "rust-coreutils"));
    }
    image
}

/// The image of the internet.
pub(super) fn internet() -> Image {
    Image::of("hemma-lab-internet", &["internet"], &[])
}

/// All images. Their names on this machine are the lab's alone, so that no image of the operator's
/// (a real `huledu-deps:dev`, say) is ever replaced. Those that differ between systems have the
/// system's name in theirs, so that all can be there at once.
pub(super) fn all(system: System) -> [Image; 5] {
    let mut postgres = Image::of("hemma-lab-postgres", &["postgres"], &["postgres:15"]);
    if system.os == Os::Modern {
        postgres.name += "-modern";
        postgres.base = Base::Sid;
        postgres.arguments = vec![("VERSION", "18")];
    }
    [
        host(system),
        internet(),
        Image::of("hemma-lab-deps", &["deps"], &["huledu-deps:dev"]),
        Image::of("hemma-lab-proxy", &["proxy"], &PROXY),
        postgres,
    ]
}

/// The label with the hash of an image's inputs.
pub(super) const CONTENT: &str = "hemma.lab.content";

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
    system: System,
    say: &Progress,
) -> Result<(), LabError> {
    let mut outdated = Vec::new();
    for image in all(system) {
        let look = docker.line(["image", "inspect", "--format", "{{.Id}}", &image.tag()?]);
        if !shell.ask("look at the images", look).await?.success() {
            outdated.push(image);
        }
    }
    if outdated.is_empty() {
        return Ok(());
    }
    let bases = Bases::of(shell, docker, say);
    // Two at a time: most of a build is waiting for packages, and more would only compete for the
    // disk.
    let queue = Mutex::new(outdated.iter());
    let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).next();
    let lane = || async {
        while let Some(image) = next() {
            let base = bases.get(image.base).await?;
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
    for (name, value) in &image.arguments {
        args.extend(["--build-arg".to_owned(), format!("{name}={value}")]);
    }
    if let Some(index) = std::env::var_os("PIP_INDEX_URL").and_then(|it| it.into_string().ok()) {
        args.extend(["--build-arg".to_owned(), format!("PIP_INDEX_URL={index}")]);
    }
    args.push(staged.display().to_string());
    let built = shell.run_long(&format!("build {}", image.name), docker.line(args)).await;
    let removed = fs::remove_dir_all(&staged);
    built?;
    removed.map_err(|source| LabError::File { path: staged, source })
}

impl Image {
    fn of(name: &str, from: &'static [&'static str], inner: &'static [&'static str]) -> Self {
        let (name, base, arguments) = (name.to_owned(), Base::Bookworm, Vec::new());
        Self { name, from, inner, base, arguments }
    }

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
        self.arguments.hash(&mut hasher);
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
        let host = host(System::default()).files().expect("the assets are in the repository");
        for path in ["Dockerfile", "lab/engine", "faults/unhealthy.sh", "ca/README.md"] {
            assert!(host.contains_key(Path::new(path)), "{path} is missing");
        }
        for image in all(System::default()) {
            let content = image.content().expect("the assets are in the repository");
            assert_eq!(content, image.content().expect("still"), "{}", image.name);
        }
    }
}
