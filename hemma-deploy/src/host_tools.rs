//! The tools that a host needs: a login that is not root, sudo, Docker, Compose, git.
//!
//! Runbook: preconditions.

use std::collections::HashMap;

use hemma_core::{
    Command, Exec, ExecError, Finding, Hint, Host, OperatorError, Place, Report, Verdict, World,
    sudo,
};

use crate::ids;

/// One script for everything: two round trips. A value is what a tool prints; its standard error is
/// never part of a value, and is printed line by line where the tool fails.
///
/// hemma runs shells of its own as root, so that their processes end with the connection. So `sh`
/// is what sudo is asked for.
const SCRIPT: &str = r#"
export LC_ALL=C
look() {
    name=$1; shift
    { said=$({ seen=$("$@" 2>&3) && printf '%s=%s\n' "$name" "$seen" >&4; } 3>&1); } 4>&1 ||
        printf '%s\n' "$said" | sed "s/^/${name}_said=/"
}
echo "user=$(id -un)"
echo "uid=$(id -u)"
look git git --version
look sudo sudo -n sh -c 'echo yes'
docker=$(sudo -n sh -c 'command -v docker' 2>/dev/null || command -v docker) || exit 0
echo "docker=$(readlink -f "$docker")"
look engine sudo -n docker version --format '{{.Server.Version}}'
look compose sudo -n docker compose version --short
"#;

/// The oldest supported Compose. In older ones a service's hash includes its dependencies, and `up
/// --no-deps` leaves them out of the container's hash: the next deploy would recreate it.
const COMPOSE_OLDEST: (u64, u64, u64) = (2, 29, 3);

/// The state of a host's tools.
#[derive(Debug, Clone)]
pub(crate) struct Tools {
    /// Whether the host was reached and its login shell answered.
    answered: bool,
    /// Whether git runs there.
    pub(crate) has_git: bool,
    /// A finding for each tool.
    pub(crate) findings: Vec<Finding>,
}

impl Tools {
    /// The tools of a host that has all of them.
    #[cfg(test)]
    pub(crate) fn well() -> Self {
        Self { answered: true, has_git: true, findings: Vec::new() }
    }

    fn read(host: &Host, text: &str) -> Self {
        let seen = Seen::read(text);
        let (answered, has_git) = (seen.value("uid").is_some(), seen.value("git").is_some());
        Self { answered, has_git, findings: judge(host, text) }
    }

    /// The one finding where the host cannot be reached: every other look failed for that reason.
    pub(crate) fn out_of_reach(&self) -> Option<Report> {
        (!self.answered).then(|| self.findings.iter().cloned().collect())
    }

    /// Whether all tools are as they should be, so that an engine's error is not caused by them.
    pub(crate) fn are_well(&self) -> bool {
        self.findings.iter().all(|it| it.verdict == Verdict::Pass)
    }
}

/// Looks whether the host has what a deploy needs.
pub(crate) async fn verify(world: &World, host: &Host) -> Tools {
    let asked = Exec::on(host, Command::script(SCRIPT, [""; 0]).named("look-at-tools"));
    match world.ask(&asked).await {
        Ok(output) => Tools::read(host, &output.stdout),
        Err(error) => {
            let findings = vec![unreachable(host, &error)];
            Tools { answered: false, has_git: false, findings }
        }
    }
}

fn unreachable(host: &Host, error: &ExecError) -> Finding {
    let plain = || Hint::on(host, "true");
    Finding::unknown(ids::SSH_UNREACHABLE, format!("ssh {host}"), error)
        .hint(error.hint().unwrap_or_else(plain))
}

/// The script's output: values, and reasons for missing ones.
struct Seen<'t>(HashMap<&'t str, Vec<&'t str>>);

impl<'t> Seen<'t> {
    fn read(text: &'t str) -> Self {
        let mut seen: HashMap<_, Vec<_>> = HashMap::new();
        for (key, value) in text.lines().filter_map(|it| it.split_once('=')) {
            seen.entry(key).or_default().push(value);
        }
        Self(seen)
    }

    fn value(&self, key: &str) -> Option<&'t str> {
        self.0.get(key)?.last().copied()
    }

    /// Why a tool gave no value: sudo's refusal if that is the reason, or its last line.
    fn why_not(&self, key: &str) -> Option<&'t str> {
        let lines = self.0.get(key)?;
        let refusal = lines.iter().find_map(|it| sudo::refusal(it));
        let telling = |it: &&&str| !it.trim().is_empty() && !sudo::is_remark(it);
        Some(refusal.or_else(|| lines.iter().rfind(telling).copied()).unwrap_or(
            "it printed \
             nothing",
        ))
    }
}

/// Parses the script's `key=value` lines. A missing line is a missing tool.
fn judge(host: &Host, text: &str) -> Vec<Finding> {
    let seen = Seen::read(text);
    let Some(uid) = seen.value("uid") else {
        return vec![Finding::unseen(
            ids::SSH_NO_ANSWER,
            format!("ssh {host}"),
            "the login shell gave no answer",
        )];
    };
    let mut findings = vec![login(host, seen.value("user").unwrap_or("?"), uid)];
    findings.push(git(&seen));
    findings.push(of_sudo(host, &seen));
    // Without sudo the state of the engine is not known.
    if seen.value("sudo").is_some() {
        findings.push(engine(host, &seen));
        if seen.value("docker").is_some() {
            findings.push(compose(host, &seen));
        }
    }
    findings
}

fn login(host: &Host, user: &str, uid: &str) -> Finding {
    let subject = format!("ssh {host}");
    if uid == "0" {
        let hint = "use an alias whose User is not root in ~/.ssh/config".to_owned();
        return Finding::fail(ids::SSH_AS_ROOT, subject, "it logs in as root").hint(Hint::Do(hint));
    }
    Finding::pass(ids::SSH_LOGIN, subject, format!("logs in as {user}"))
}

fn git(seen: &Seen<'_>) -> Finding {
    if let Some(version) = seen.value("git") {
        return Finding::pass(
            ids::GIT_INSTALLED,
            "git",
            version.strip_prefix("git version ").unwrap_or(version),
        );
    }
    match seen.why_not("git_said").filter(|it| !it.ends_with("not found")) {
        Some(said) => Finding::fail(ids::GIT_BROKEN, "git", format!("it cannot be run: {said}")),
        None => Finding::fail(ids::GIT_MISSING, "git", "it is not installed on the host")
            .hint(Hint::Do("install git on the host".to_owned())),
    }
}

fn of_sudo(host: &Host, seen: &Seen<'_>) -> Finding {
    if seen.value("sudo").is_some() {
        return Finding::pass(ids::SUDO_WITHOUT_PASSWORD, "sudo", "needs no password");
    }
    let said = seen.why_not("sudo_said").unwrap_or("it printed nothing");
    if said.ends_with("sudo: not found") || said.ends_with("sudo: command not found") {
        return Finding::fail(ids::SUDO_MISSING, "sudo", "it is not installed on the host")
            .hint(Hint::Do("install sudo on the host".to_owned()));
    }
    let refused = if seen.value("engine").is_some() {
        "it allows docker alone and refuses the shells that hemma runs as root"
    } else {
        "it does not run without a password"
    };
    Finding::fail(ids::SUDO_REFUSED, "sudo", format!("{refused}: {said}"))
        .hint(allow(host, seen, said))
}

/// A line for sudoers that would allow it.
fn allow(host: &Host, seen: &Seen<'_>, said: &str) -> Option<Hint> {
    let login = seen.value("user").map(str::to_owned);
    let (on, command) = (Place::On(host.clone()), "sh".to_owned());
    ExecError::Sudo { on, command, stderr: said.to_owned(), login }.hint()
}

/// The finding where sudo runs shells and not this tool: a tool that it refuses is not missing.
fn refused(host: &Host, seen: &Seen<'_>, (tool, said): (&str, &str)) -> Option<Finding> {
    sudo::refusal(said)?;
    let finding =
        Finding::fail(ids::SUDO_TOOL_REFUSED, tool, format!("sudo does not run it: {said}"));
    Some(finding.hint(allow(host, seen, said)))
}

fn engine(host: &Host, seen: &Seen<'_>) -> Finding {
    let Some(docker) = seen.value("docker") else {
        return Finding::fail(ids::DOCKER_MISSING, "docker", "it is not installed on the host")
            .hint(Hint::Do("install Docker Engine on the host".to_owned()));
    };
    match (seen.value("engine"), seen.why_not("engine_said")) {
        (Some(version), _) => {
            Finding::pass(ids::DOCKER_RUNNING, "docker", format!("engine {version} ({docker})"))
        }
        (None, Some(said)) => {
            if let Some(finding) = refused(host, seen, ("docker", said)) {
                return finding;
            }
            let hint = Hint::on(host, "sudo -n systemctl start docker");
            Finding::fail(
                ids::DOCKER_NOT_RUNNING,
                "docker",
                format!("the engine does not answer: {said}"),
            )
            .hint(hint)
        }
        (None, None) => {
            Finding::unseen(ids::DOCKER_UNSEEN, "docker", "the host did not say whether it runs")
        }
    }
}

fn compose(host: &Host, seen: &Seen<'_>) -> Finding {
    let Some(version) = seen.value("compose") else {
        let said = seen.why_not("compose_said").unwrap_or("it printed nothing");
        if let Some(finding) = refused(host, seen, ("docker compose", said)) {
            return finding;
        }
        return Finding::fail(
            ids::COMPOSE_MISSING,
            "docker compose",
            format!("it is not installed: {said}"),
        )
        .hint(Hint::Do("install the Compose plugin on the host".to_owned()));
    };
    match numbers(version) {
        Some(it) if it < COMPOSE_OLDEST => {
            let (major, minor, patch) = COMPOSE_OLDEST;
            let why = format!("{version} is too old: {major}.{minor}.{patch} or newer is needed");
            let hint = "install docker-compose-plugin on the host from Docker's own packages: \
                        https://docs.docker.com/engine/install";
            Finding::fail(ids::COMPOSE_TOO_OLD, "docker compose", why)
                .hint(Hint::Do(hint.to_owned()))
        }
        Some(_) => Finding::pass(ids::COMPOSE_INSTALLED, "docker compose", version),
        None => Finding::unseen(
            ids::COMPOSE_VERSION_UNSEEN,
            "docker compose",
            format!("`{version}` is not a version number"),
        ),
    }
}

/// The numbers of a version: `v2.24.3-desktop.1` → `(2, 24, 3)`.
pub(crate) fn numbers(version: &str) -> Option<(u64, u64, u64)> {
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
            ("engine=27.1\ncompose=2.26.1-4\n", Pass, Fail),
            ("engine=27.1\ncompose=2.29.2\n", Pass, Fail),
            ("engine=27.1\ncompose=v2.29.3\n", Pass, Pass),
            ("engine=27.1\ncompose=2.40.3-3\n", Pass, Pass),
            ("engine=27.1\ncompose=2.17.0\n", Pass, Fail),
            ("engine=27.1\ncompose=dev\n", Pass, Unknown),
            ("engine_said=Cannot connect\ncompose_said=docker: 'compose' is not\n", Fail, Fail),
        ] {
            let expected =
                [(ssh, Pass), (git, Pass), (sudo, Pass), (docker, engine), (compose, version)];
            check(&format!("{ok}{rest}"), &expected);
        }
    }

    #[test]
    fn a_tool_that_sudo_refuses_is_not_a_tool_that_is_missing() {
        let no = "Sorry, user o is not allowed to execute '/usr/bin/docker version' as root on h.";
        let said = format!(
            "user=o\nuid=1\ngit=2\nsudo=yes\ndocker=/usr/bin/docker\nengine_said={no}\ncompose_said={no}\n"
        );
        let host = "hemma".parse().expect("a host");
        for tool in ["docker", "docker compose"] {
            let findings = judge(&host, &said);
            let finding = findings.iter().find(|it| it.subject == tool).expect("it was looked at");
            assert!(finding.detail.starts_with("sudo does not run it"), "{}", finding.detail);
            assert!(format!("{:?}", finding.hint).contains("o ALL=(root) NOPASSWD: ALL"));
        }
    }

    #[test]
    fn what_sudo_refuses_is_said_with_the_line_that_allows_it() {
        let host = "hemma".parse().expect("a host");
        let rows = [
            (
                "sudo_said=sudo: a password is required\n",
                "without a password: a password is required",
            ),
            (
                "sudo_said=sudo: unable to resolve host x: unknown\n\
                 sudo_said=sudo-rs: interactive authentication is required\n",
                "without a password: interactive authentication is required",
            ),
            (
                "sudo_said=sudo: a password is required\ndocker=/usr/bin/docker\nengine=27.1\n",
                "allows docker alone",
            ),
            (
                "sudo_said=sudo-rs: I'm sorry alice. I'm afraid I can't do that\n",
                "without a password: I'm sorry alice. I'm afraid I can't do that",
            ),
            ("sudo_said=look: 3: sudo: not found\n", "not installed"),
            ("sudo_said=sh: line 3: sudo: command not found\n", "not installed"),
        ];
        for (said, expected) in rows {
            let findings = judge(&host, &format!("user=alice\nuid=1000\ngit=2.39\n{said}"));
            let sudo = findings.iter().find(|it| it.subject == "sudo").expect("it was looked at");
            assert!(sudo.detail.contains(expected), "{said}: {}", sudo.detail);
            let hint = format!("{:?}", sudo.hint);
            let allows = hint.contains("alice ALL=(root) NOPASSWD: ALL");
            assert!(allows || expected == "not installed", "{hint}");
            assert!(findings.iter().all(|it| !it.subject.starts_with("docker")), "{findings:?}");
        }
    }

    /// Each tool in three states: one prints a warning, one fails, and one is missing.
    #[test]
    fn a_warning_is_no_part_of_a_value() {
        let tools = tempfile::tempdir().expect("a directory");
        let tool = |name: &str, text: &str| {
            let path = tools.path().join(name);
            std::fs::write(&path, format!("#!/bin/sh\n{text}\n")).expect("writable");
            let program = std::os::unix::fs::PermissionsExt::from_mode(0o755);
            std::fs::set_permissions(&path, program).expect("it is ours");
        };
        tool("git", "echo 'warning: one' >&2; echo git version 2.39.5");
        tool("sudo", "echo 'sudo: unable to resolve host x: unknown' >&2; shift; exec \"$@\"");
        tool(
            "docker",
            "case $* in *compose*) echo no plugin >&2; exit 1;; *) echo WARNING >&2; echo 27.1;; esac",
        );
        let path = format!("{}:/usr/bin:/bin", tools.path().display());
        #[expect(
            clippy::disallowed_methods,
            reason = "the script is run here with tools of its own"
        )]
        let said = std::process::Command::new("sh").args(["-c", SCRIPT]).env("PATH", path).output();
        let said = String::from_utf8(said.expect("sh starts").stdout).expect("text");
        for line in ["git=git version 2.39.5", "sudo=yes", "engine=27.1"] {
            assert!(said.lines().any(|it| it == line), "{said}");
        }
        assert!(said.contains("compose_said=no plugin\n") && !said.contains("compose="), "{said}");
    }
}
