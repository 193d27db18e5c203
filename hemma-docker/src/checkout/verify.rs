//! Judging the state of the checkout.

use hemma_core::{Command, Config, Finding, Hint, Report, World, quote, quote_path};

use super::look::look;
use super::state::{Checkout, Relation, Repository, Tip};

/// Whether the checkout is where it should be and in a state that can be deployed.
pub async fn verify(world: &World, config: &Config) -> Report {
    match look(world, config, false).await {
        Err(error) => Report::from_iter([Finding::unknown("checkout", &error)]),
        Ok(Checkout::Missing { dir, .. }) => {
            Report::from_iter([Finding::fail("checkout", format!("{dir} does not exist"))
                .hint(Hint::Run("cargo xtask day2 mirror-repo".to_owned()))])
        }
        Ok(Checkout::Plain { dir, holds, .. }) => {
            let detail = format!("{dir} is no repository yet; it holds {}", listed(&holds));
            let hint = Hint::Run("cargo xtask day2 mirror-repo".to_owned());
            Report::from_iter([Finding::fail("checkout", detail).hint(hint)])
        }
        Ok(seen) => findings(config, &seen).into_iter().collect(),
    }
}

/// The findings about what was seen. Something that a clone or a pull mends is none of them.
pub fn findings(config: &Config, seen: &Checkout) -> Vec<Finding> {
    match seen {
        Checkout::Missing { dir, tip } => vec![before_clone(config, dir, &[], tip)],
        Checkout::Plain { dir, holds, tip } => vec![before_clone(config, dir, holds, tip)],
        Checkout::Unusable { dir, reason } => {
            vec![Finding::fail("checkout", format!("{dir}: {reason}"))]
        }
        Checkout::Repository(seen) => repository(config, seen),
    }
}

/// Files that the operator may prepare before the first clone.
fn may_stand_before_clone(name: &str) -> bool {
    name == ".env" || name.starts_with(".env.")
}

fn before_clone(config: &Config, dir: &str, holds: &[String], tip: &Tip) -> Finding {
    let subject = "checkout";
    let foreign: Vec<_> = holds.iter().filter(|it| !may_stand_before_clone(it)).cloned().collect();
    if !foreign.is_empty() {
        let detail = format!("{dir} is no repository and holds {}", listed(&foreign));
        let hint = "move them away, or set [host] checkout in hemma.toml to another directory";
        return Finding::fail(subject, detail).hint(Hint::Do(hint.to_owned()));
    }
    if config.repository.remote.is_none() {
        let detail = format!("{dir} does not exist, and hemma.toml names no remote to clone");
        let hint = "set [repository] remote in hemma.toml".to_owned();
        return Finding::fail(subject, detail).hint(Hint::Do(hint));
    }
    if let Tip::Unknown(said) = tip {
        return unreachable_remote(config, said);
    }
    Finding::pass(subject, format!("{dir} is free for a clone"))
}

fn unreachable_remote(config: &Config, said: &str) -> Finding {
    let remote = config.repository.remote.as_deref().unwrap_or("origin");
    let branch = &config.repository.branch;
    let nothing = "there is no such branch, and git said nothing more";
    let said = if said.is_empty() { nothing } else { said };
    let detail = format!("the host could not read branch `{branch}` of {remote}: {said}");
    let line = Command::new("git").args(["ls-remote", remote, &format!("refs/heads/{branch}")]);
    Finding::unseen("remote", detail).hint(Hint::on(&config.host.alias, line))
}

fn repository(config: &Config, seen: &Repository) -> Vec<Finding> {
    let mut findings = vec![tree(config, seen)];
    findings.extend(branch(config, seen));
    if let Some(finding) = remote(config, seen) {
        // What another remote says about its branch is no news of ours.
        findings.push(finding);
        return findings;
    }
    if let Tip::Unknown(said) = &seen.tip {
        findings.push(unreachable_remote(config, said));
    }
    findings.extend(relation(config, seen));
    findings
}

fn tree(config: &Config, seen: &Repository) -> Finding {
    if seen.dirty.is_empty() {
        let at = short(&seen.head);
        return Finding::pass("checkout", format!("{} at {at}, clean", seen.dir));
    }
    let count = seen.dirty.len();
    let detail = format!("{} has {count} changed or untracked files", seen.dir);
    Finding::fail("checkout", detail).evidence(&seen.dirty).hint(git(config, &["status"]))
}

fn branch(config: &Config, seen: &Repository) -> Option<Finding> {
    let wanted = &config.repository.branch;
    let detail = match &seen.branch {
        Some(branch) if branch == wanted => return None,
        Some(branch) => format!("it is on `{branch}`, not on `{wanted}`"),
        None => format!("its head is detached at {}, not on `{wanted}`", short(&seen.head)),
    };
    Some(Finding::fail("branch", detail).hint(git(config, &["switch", wanted])))
}

fn remote(config: &Config, seen: &Repository) -> Option<Finding> {
    let wanted = config.repository.remote.as_deref();
    let detail = match (&seen.remote, wanted) {
        (None, _) => "it has no remote `origin`".to_owned(),
        (Some(found), Some(wanted)) if !same_remote(found, wanted) => {
            format!("`origin` is {found}, and hemma.toml says {wanted}")
        }
        _ => return None,
    };
    Some(Finding::fail("remote", detail))
}

/// `…/huleedu` and `…/huleedu.git/` are one repository.
fn same_remote(left: &str, right: &str) -> bool {
    let bare = |it: &str| it.trim_end_matches('/').trim_end_matches(".git").to_owned();
    bare(left) == bare(right)
}

fn relation(config: &Config, seen: &Repository) -> Option<Finding> {
    let incoming = seen.incoming.as_ref()?;
    let branch = &config.repository.branch;
    let detail = match incoming.relation {
        Relation::Same | Relation::Behind => return None,
        Relation::Ahead => format!("it has commits that `{branch}` at the remote has not"),
        Relation::Diverged => format!("it and `{branch}` at the remote have diverged"),
    };
    Some(Finding::fail("branch", detail).hint(git(config, &["log", "--oneline", "@{u}.."])))
}

/// A git in the checkout.
fn git(config: &Config, words: &[&str]) -> Hint {
    let dir = quote_path(&config.host.checkout.to_string());
    let words = words.iter().map(|it| quote(it)).collect::<Vec<_>>().join(" ");
    Hint::on(&config.host.alias, format_args!("git -C {dir} {words}"))
}

fn listed(names: &[String]) -> String {
    if names.is_empty() { "nothing".to_owned() } else { names.join(", ") }
}

/// The beginning of a commit id, as git shows it.
pub(crate) fn short(sha: &str) -> &str {
    sha.get(..10).unwrap_or(sha)
}
