//! What a host needs before anything else: a login that is not root, sudo, Docker, Compose, git.
//!
//! Runbook: preconditions.

use std::collections::HashMap;

use hemma_core::{Command, Exec, ExecError, Finding, Hint, Host, Report, Verdict, World};

/// Everything in one script: two round trips.
const SCRIPT: &str = r#"
export LC_ALL=C
last() { printf %s "$1" | tail -n 1; }
echo "user=$(id -un)"
echo "uid=$(id -u)"
git=$(git --version 2>&1) && echo "git=${git#git version }"
if said=$(sudo -n true 2>&1); then echo sudo=yes; else echo "sudo_said=$(last "$said")"; exit 0; fi
docker=$(sudo -n sh -c 'command -v docker') || exit 0
echo "docker=$(readlink -f "$docker")"
said=$(sudo -n docker version --format '{{.Server.Version}}' 2>&1) && echo "engine=$said" ||
    echo "engine_said=$(last "$said")"
said=$(sudo -n docker compose version --short 2>&1) && echo "compose=$said" ||
    echo "compose_said=$(last "$said")"
"#;

/// Compose reads files that are included and overridden only before and after this range.
const COMPOSE_BROKEN: std::ops::RangeInclusive<(u64, u64, u64)> = (2, 24, 1)..=(2, 24, 5);

/// `include:` and `config --hash` as they are used here.
const COMPOSE_OLDEST: (u64, u64, u64) = (2, 20, 3);

/// Whether the host has what a deploy needs.
pub(crate) async fn verify(world: &World, host: &Host) -> Vec<Finding> {
    let asked = Exec::on(host, Command::script(SCRIPT, [""; 0]).named("look-at-tools"));
    match world.ask(&asked).await {
        Ok(output) => judge(host, &output.stdout),
        Err(error) => vec![unreachable(host, &error)],
    }
}

/// The one thing to say where the host cannot be reached: every other look failed for that reason.
pub(crate) fn out_of_reach(tools: &[Finding]) -> Option<Report> {
    match tools {
        [only] if only.verdict == Verdict::Unknown => Some(Report::from_iter([only.clone()])),
        _ => None,
    }
}

fn unreachable(host: &Host, error: &ExecError) -> Finding {
    let finding = Finding::unknown(format!("ssh {host}"), error);
    match error {
        ExecError::Connect { source, .. } => finding.hint(Hint::Do(source.advice().to_owned())),
        _ => finding.hint(Hint::on(host, "true")),
    }
}

/// Reads the script's `key=value` lines. A line that is missing is a tool that is missing.
fn judge(host: &Host, text: &str) -> Vec<Finding> {
    let seen: HashMap<&str, &str> = text.lines().filter_map(|it| it.split_once('=')).collect();
    let Some(uid) = seen.get("uid").copied() else {
        return vec![Finding::unseen(format!("ssh {host}"), "the login shell gave no answer")];
    };
    let mut findings = vec![login(host, seen.get("user").copied().unwrap_or("?"), uid)];
    findings.push(git(seen.get("git").copied()));
    findings.push(sudo(host, &seen));
    if seen.contains_key("sudo") {
        findings.push(engine(&seen));
        if seen.contains_key("docker") {
            findings.push(compose(&seen));
        }
    }
    findings
}

fn login(host: &Host, user: &str, uid: &str) -> Finding {
    let subject = format!("ssh {host}");
    if uid == "0" {
        let hint = "use an alias whose User is not root in ~/.ssh/config".to_owned();
        return Finding::fail(subject, "it logs in as root").hint(Hint::Do(hint));
    }
    Finding::pass(subject, format!("logs in as {user}"))
}

fn git(version: Option<&str>) -> Finding {
    match version {
        Some(version) => Finding::pass("git", version),
        None => Finding::fail("git", "it is not installed on the host")
            .hint(Hint::Do("install git on the host".to_owned())),
    }
}

fn sudo(host: &Host, seen: &HashMap<&str, &str>) -> Finding {
    if seen.contains_key("sudo") {
        return Finding::pass("sudo", "needs no password");
    }
    let said = seen.get("sudo_said").copied().unwrap_or("it said nothing");
    let said = said.strip_prefix("sudo: ").unwrap_or(said);
    let hint = Hint::on(host, "sudo -n true");
    Finding::fail("sudo", format!("it does not run without a password: {said}")).hint(hint)
}

fn engine(seen: &HashMap<&str, &str>) -> Finding {
    let Some(docker) = seen.get("docker") else {
        return Finding::fail("docker", "it is not installed on the host")
            .hint(Hint::Do("install Docker Engine on the host".to_owned()));
    };
    match (seen.get("engine"), seen.get("engine_said")) {
        (Some(version), _) => Finding::pass("docker", format!("engine {version} ({docker})")),
        (None, Some(said)) => {
            let hint = Hint::Do("start it on the host: sudo systemctl start docker".to_owned());
            Finding::fail("docker", format!("the engine does not answer: {said}")).hint(hint)
        }
        (None, None) => Finding::unseen("docker", "the host did not say whether it runs"),
    }
}

fn compose(seen: &HashMap<&str, &str>) -> Finding {
    let Some(version) = seen.get("compose") else {
        let said = seen.get("compose_said").copied().unwrap_or("it said nothing");
        return Finding::fail("docker compose", format!("it is not installed: {said}"))
            .hint(Hint::Do("install the Compose plugin on the host".to_owned()));
    };
    let hint = Hint::Do("upgrade the Compose plugin on the host".to_owned());
    match numbers(version) {
        Some(it) if COMPOSE_BROKEN.contains(&it) => {
            let why = "this version cannot read files that are included and overridden";
            Finding::fail("docker compose", format!("{version}: {why}")).hint(hint)
        }
        Some(it) if it < COMPOSE_OLDEST => {
            Finding::fail("docker compose", format!("{version} is too old")).hint(hint)
        }
        Some(_) => Finding::pass("docker compose", *version),
        None => Finding::unseen("docker compose", format!("`{version}` is no version")),
    }
}

/// `v2.24.3-desktop.1` → `(2, 24, 3)`.
fn numbers(version: &str) -> Option<(u64, u64, u64)> {
    let plain = version.trim().trim_start_matches('v').split(['-', '+', '~']).next()?;
    let mut parts = plain.split('.').map(|it| it.parse().ok());
    let (major, minor) = (parts.next()??, parts.next()??);
    Some((major, minor, parts.next().flatten().unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[(&str, Verdict)]) {
        let host = "hemma".parse().expect("a host");
        let findings = judge(&host, text);
        let seen: Vec<_> = findings.iter().map(|it| (it.subject.as_str(), it.verdict)).collect();
        assert_eq!(seen, expected, "{text}");
    }

    #[test]
    fn each_missing_tool_is_named() {
        use Verdict::{Fail, Pass, Unknown};
        let ok = "user=o\nuid=1000\ngit=2.39\nsudo=yes\ndocker=/usr/bin/docker\n";
        let (ssh, git, sudo) = ("ssh hemma", "git", "sudo");
        let (docker, compose) = ("docker", "docker compose");
        check("", &[(ssh, Unknown)]);
        check("user=root\nuid=0\ngit=2\nsudo_said=x\n", &[(ssh, Fail), (git, Pass), (sudo, Fail)]);
        check(
            "user=o\nuid=1\nsudo=yes\n",
            &[(ssh, Pass), (git, Fail), (sudo, Pass), (docker, Fail)],
        );
        for (rest, engine, version) in [
            ("engine=20.10.24\ncompose=5.6.1\n", Pass, Pass),
            ("engine=27.1\ncompose=v2.24.3-desktop.1\n", Pass, Fail),
            ("engine=27.1\ncompose=2.24.6\n", Pass, Pass),
            ("engine=27.1\ncompose=2.17.0\n", Pass, Fail),
            ("engine=27.1\ncompose=dev\n", Pass, Unknown),
            ("engine_said=Cannot connect\ncompose_said=docker: 'compose' is not\n", Fail, Fail),
        ] {
            let expected =
                [(ssh, Pass), (git, Pass), (sudo, Pass), (docker, engine), (compose, version)];
            check(&format!("{ok}{rest}"), &expected);
        }
    }
}
