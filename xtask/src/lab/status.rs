//! `cargo xtask lab status`: where the host is, and what it is made of.

use hemma_cli::{Answer, Failure};
use hemma_core::{Finding, Report};
use hemma_lab::Lab;

use crate::ids;

/// Prints `name words` for each part that is installed. The engine comes first, as the only one that
/// may be silent.
const VERSIONS: &str = r#"docker version --format 'engine {{.Server.Version}}' || exit 1
docker info --format 'store {{.Driver}}'
echo "compose $(docker compose version --short)"
echo "buildx $(docker buildx version 2>/dev/null)"
echo "ssh $(ssh -V 2>&1)"
echo "git $(git --version)"
echo "sudo $(sudo --version | head -n 1)"
echo "coreutils $(date --version | head -n 1)""#;

pub(super) async fn status(lab: &Lab) -> Result<Answer, Failure> {
    let versions = lab.root(VERSIONS, &[]);
    let head = lab.remote_head();
    let (versions, head) = tokio::try_join!(versions, head)?;
    let mut report = Report::default();
    let way = format!("ssh -F {} hemma", lab.ssh_config().display());
    report.add(Finding::pass(ids::LAB_SSH, "ssh", way));
    if versions.success() {
        let [engine, system] = parts(&versions.stdout);
        report.add(Finding::pass(ids::LAB_ENGINE_RUNNING, "engine", engine));
        let system = format!("{}: {system}", lab.os());
        report.add(Finding::pass(ids::LAB_SYSTEM, "system", system));
    } else {
        report.add(Finding::fail(ids::LAB_ENGINE_DOWN, "engine", versions.last_words()));
    }
    let changed = if head == lab.first_commit() { "" } else { ", not the first commit" };
    report.add(Finding::pass(
        ids::LAB_REMOTE,
        "git remote",
        format!("main is {}{changed}", &head[..head.len().min(12)]),
    ));
    let file = lab.config_file().display().to_string();
    report.add(Finding::pass(ids::LAB_SETTINGS, "hemma.toml", file));
    Ok(Answer::Report(report))
}

/// The engine with its tools, and the rest of the system.
fn parts(versions: &str) -> [String; 2] {
    let said = |name: &str| {
        let line = versions.lines().find_map(|it| it.strip_prefix(name)?.strip_prefix(' '));
        line.map_or("", str::trim)
    };
    let store = match said("store") {
        "overlayfs" => "containerd's store",
        _ => "the classic store",
    };
    // github.com/docker/buildx 0.29.1+ds1 0.29.1+ds1-4
    let buildx = said("buildx").split(' ').nth(1);
    let buildx = buildx.map_or("no buildx".to_owned(), |it| format!("buildx {it}"));
    let compose = said("compose");
    let engine = format!("Docker {} with {store}, Compose {compose}, {buildx}", said("engine"));
    let ssh = said("ssh").split([',', ' ']).next().unwrap_or_default();
    // Sudo version 1.9.13p3; sudo-rs 0.2.15
    let sudo = said("sudo").replace("Sudo version", "sudo");
    let tools = if said("coreutils").contains("uutils") { "uutils" } else { "GNU coreutils" };
    [engine, format!("{}, {}, {sudo}, {tools}", ssh.replace('_', " "), said("git"))]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_of_a_host_are_named_with_their_versions() {
        let modern = "engine 28.5.2+dfsg4\nstore overlayfs\ncompose 2.40.3\n\
            buildx github.com/docker/buildx 0.29.1+ds1 0.29.1+ds1-4\n\
            ssh OpenSSH_10.6p1 Debian-1, OpenSSL 3.5.4 30 Sep 2025\n\
            git git version 2.55.0\nsudo sudo-rs 0.2.15\ncoreutils date (uutils coreutils) 0.12.0\n";
        let classic = "engine 20.10.24+dfsg1\nstore overlay2\ncompose 5.6.1\nbuildx \n\
            ssh OpenSSH_9.2p1 Debian-2+deb12u7, OpenSSL 3.0.17 1 Jul 2025\n\
            git git version 2.39.5\nsudo Sudo version 1.9.13p3\ncoreutils date (GNU coreutils) 9.1\n";
        assert_eq!(
            parts(modern),
            [
                "Docker 28.5.2+dfsg4 with containerd's store, Compose 2.40.3, buildx 0.29.1+ds1",
                "OpenSSH 10.6p1, git version 2.55.0, sudo-rs 0.2.15, uutils"
            ]
        );
        assert_eq!(
            parts(classic),
            [
                "Docker 20.10.24+dfsg1 with the classic store, Compose 5.6.1, no buildx",
                "OpenSSH 9.2p1, git version 2.39.5, sudo 1.9.13p3, GNU coreutils"
            ]
        );
    }
}
