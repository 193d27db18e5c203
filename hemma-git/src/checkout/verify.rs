//! Judges the state of the checkout.

use hemma_core::names::RemoteUrl;
use hemma_core::text::plain;
use hemma_core::{Command, Finding, Hint, Report, World};

use super::look::look;
use super::state::{Changed, Checkout, Difference, Relation, Repository, Tip};
use super::{CheckoutSpec, cause};
use crate::Remedy;
use crate::ids;

/// The maximum number of names that are shown.
const FILES_SHOWN: usize = 5;

/// The maximum length of a path that is shown.
const PATH_CHARS_MAX: usize = 120;

/// Checks that the checkout exists and is in a state that can be deployed.
pub async fn verify(world: &World, spec: &CheckoutSpec) -> Report {
    match look(world, spec, false).await {
        Err(error) => {
            Report::from_iter([Finding::unknown(ids::CHECKOUT_UNSEEN, "checkout", &error)])
        }
        Ok(Checkout::Missing { dir, .. }) => Report::from_iter([Finding::fail(
            ids::CHECKOUT_MISSING,
            "checkout",
            format!("{dir} does not exist"),
        )
        .remedy(Remedy::CloneRepository)]),
        Ok(Checkout::Plain { dir, holds, .. }) => {
            let detail = format!("{dir} is not a repository yet; it holds {}", listed(&holds));
            let finding = Finding::fail(ids::CHECKOUT_NO_REPOSITORY, "checkout", detail)
                .remedy(Remedy::CloneRepository);
            Report::from_iter([finding])
        }
        Ok(seen) => findings(spec, &seen).into_iter().collect(),
    }
}

/// The findings about a state that was seen. A state that a clone or a pull repairs gives none.
pub fn findings(spec: &CheckoutSpec, seen: &Checkout) -> Vec<Finding> {
    match seen {
        Checkout::Missing { dir, tip } => vec![before_clone(spec, dir, &[], tip)],
        Checkout::Plain { dir, holds, tip } => vec![before_clone(spec, dir, holds, tip)],
        Checkout::Unusable { dir, reason } => {
            let finding =
                Finding::fail(ids::CHECKOUT_UNUSABLE, "checkout", format!("{dir}: {reason}"));
            vec![finding.hint(cause::hint(spec, reason))]
        }
        Checkout::Repository(seen) => repository(spec, seen),
    }
}

/// Files that the operator may prepare before the first clone.
fn may_stand_before_clone(name: &str) -> bool {
    name == ".env" || name.starts_with(".env.")
}

fn before_clone(spec: &CheckoutSpec, dir: &str, holds: &[String], tip: &Tip) -> Finding {
    let subject = "checkout";
    let foreign: Vec<_> = holds.iter().filter(|it| !may_stand_before_clone(it)).cloned().collect();
    if !foreign.is_empty() {
        let detail = format!("{dir} is not a repository and holds {}", listed(&foreign));
        let hint = "move them away, or set [host] checkout in hemma.toml to another directory";
        return Finding::fail(ids::CHECKOUT_DIRECTORY_TAKEN, subject, detail)
            .hint(Hint::Do(hint.to_owned()));
    }
    if spec.remote.is_none() {
        let detail = format!("{dir} does not exist, and hemma.toml names no remote to clone");
        let hint = "set [repository] remote in hemma.toml".to_owned();
        return Finding::fail(ids::REMOTE_NOT_NAMED, subject, detail).hint(Hint::Do(hint));
    }
    if let Some(finding) = unread_tip(spec, tip) {
        return finding;
    }
    Finding::pass(ids::CHECKOUT_FREE, subject, format!("{dir} is free for a clone"))
}

/// The finding for a remote without a known tip of the branch.
fn unread_tip(spec: &CheckoutSpec, tip: &Tip) -> Option<Finding> {
    let remote = spec.remote.as_ref();
    let remote = remote.map_or_else(|| "origin".to_owned(), ToString::to_string);
    let branch = &spec.branch;
    match tip {
        Tip::NotAsked | Tip::At(_) => None,
        Tip::Absent(heads) if heads.is_empty() => {
            let detail = format!("{remote} is empty: it has no branch yet");
            let hint = Hint::Do(format!("push branch `{branch}` to it"));
            Some(Finding::fail(ids::REMOTE_EMPTY, "remote", detail).hint(hint))
        }
        Tip::Absent(heads) => {
            let detail = format!("{remote} has no branch `{branch}`; it has {}", listed(heads));
            let hint = "set [repository] branch in hemma.toml to the branch that is live";
            Some(
                Finding::fail(ids::REMOTE_BRANCH_MISSING, "remote", detail)
                    .hint(Hint::Do(hint.to_owned())),
            )
        }
        Tip::Unknown(said) => {
            let detail = format!("the host could not read branch `{branch}` of {remote}: {said}");
            Some(
                Finding::unseen(ids::REMOTE_UNSEEN, "remote", detail).hint(cause::hint(spec, said)),
            )
        }
    }
}

fn repository(spec: &CheckoutSpec, seen: &Repository) -> Vec<Finding> {
    let mut findings = vec![tree(spec, seen)];
    findings.extend(under_way(spec, seen));
    findings.extend(branch(spec, seen));
    if let Some(finding) = remote(spec, seen) {
        // The branch of another remote does not matter here.
        findings.push(finding);
        return findings;
    }
    findings.extend(unread_tip(spec, &seen.tip));
    findings.extend(relation(spec, seen));
    findings.extend(in_the_way(spec, seen));
    findings.extend(login_in_origin(spec, seen));
    findings
}

/// Checks for changed tracked files: such a tree is not what was deployed, and git does not
/// overwrite the changes.
fn tree(spec: &CheckoutSpec, seen: &Repository) -> Finding {
    let dir = &seen.dir;
    if seen.dirty.is_empty() {
        return Finding::pass(
            ids::CHECKOUT_CLEAN,
            "checkout",
            format!("{dir} at {}, clean", short(&seen.head)),
        );
    }
    let all = |how| seen.dirty.iter().all(|it| it.how == how);
    let (how, args) = if all(Difference::Mode) {
        (" in the mode alone", &["diff", "--summary"][..])
    } else if all(Difference::LineEndings) {
        (" in line endings alone", &["ls-files", "--eol", "--modified"][..])
    } else if all(Difference::Submodule) {
        (", all of them submodules", &["submodule", "update", "--init"][..])
    } else {
        ("", &["diff", "HEAD"][..])
    };
    let count = match seen.dirty.len() {
        1 => "1 tracked file differs".to_owned(),
        count => format!("{count} tracked files differ"),
    };
    let names: Vec<String> = seen.dirty.iter().map(Changed::line).collect();
    let finding = Finding::fail(
        ids::CHECKOUT_CHANGED,
        "checkout",
        format!("{dir}: {count} from the commit{how}"),
    );
    let hint = if seen.dirty.iter().any(|it| it.path == ".env") {
        let advice = "git tracks .env, so a deploy would overwrite it: take it out of the repository \
            (`git rm --cached .env`, a line in .gitignore, commit, push), then keep a copy of it on \
            the host while the commit comes in";
        Hint::Do(advice.to_owned())
    } else {
        Hint::Run(cause::in_checkout(spec, args))
    };
    finding.evidence(some_of(&names)).hint(hint)
}

/// Checks for an unfinished operation, during which git does not move forward.
fn under_way(spec: &CheckoutSpec, seen: &Repository) -> Option<Finding> {
    let what = seen.under_way.as_deref()?;
    let detail = format!("a {what} was begun in {} and is not finished", seen.dir);
    let line = cause::in_checkout(spec, &["status"]);
    Some(Finding::fail(ids::CHECKOUT_UNFINISHED, "checkout", detail).hint(Hint::Run(line)))
}

fn branch(spec: &CheckoutSpec, seen: &Repository) -> Option<Finding> {
    let wanted = spec.branch.as_str();
    let detail = match &seen.branch {
        Some(branch) if branch == wanted => return None,
        Some(branch) => format!("it is on `{branch}`, not on `{wanted}`"),
        None => format!("its head is detached at {}, not on `{wanted}`", short(&seen.head)),
    };
    let line = cause::in_checkout(spec, &["switch", wanted]);
    Some(Finding::fail(ids::BRANCH_ANOTHER, "branch", detail).hint(Hint::Run(line)))
}

fn remote(spec: &CheckoutSpec, seen: &Repository) -> Option<Finding> {
    let wanted = spec.remote.as_ref();
    let line = |verb: &str, it: &RemoteUrl| {
        Hint::Run(cause::in_checkout(spec, &["remote", verb, "origin", it.address()]))
    };
    match (&seen.remote, wanted) {
        (None, _) => {
            let hint = wanted.map(|it| line("add", it));
            Some(
                Finding::fail(ids::REMOTE_MISSING, "remote", "it has no remote `origin`")
                    .hint(hint),
            )
        }
        (Some(found), Some(wanted)) if !is_same(found, wanted) => {
            let detail = format!("`origin` is {found}, and hemma.toml says {wanted}");
            Some(Finding::fail(ids::REMOTE_ANOTHER, "remote", detail).hint(line("set-url", wanted)))
        }
        _ => None,
    }
}

/// Whether both addresses are one repository: `…/shop` and `…/shop.git/` are, with any login.
fn is_same(found: &str, wanted: &RemoteUrl) -> bool {
    found == wanted.address()
        || found.parse::<RemoteUrl>().is_ok_and(|it| it.is_same_repository(wanted))
}

/// Warns about a credential in `origin`: it works, but everyone who may read the checkout may read
/// it.
fn login_in_origin(spec: &CheckoutSpec, seen: &Repository) -> Option<Finding> {
    let address = seen.remote.as_deref().filter(|_| seen.remote_has_login)?;
    let detail = format!(
        "`origin` is {address} with a credential in front of the host, in clear in .git/config"
    );
    let line = cause::in_checkout(spec, &["remote", "set-url", "origin", address]);
    let advice = format!(
        "write the credential into [repository] remote in hemma.toml, from where hemma hands it to \
         git on its standard input, and run `{line}`"
    );
    Some(Finding::pass(ids::REMOTE_WITH_CREDENTIAL, "remote", detail).hint(Hint::Do(advice)))
}

fn relation(spec: &CheckoutSpec, seen: &Repository) -> Option<Finding> {
    let incoming = seen.incoming.as_ref()?;
    let branch = &spec.branch;
    let detail = match incoming.relation {
        Relation::Same | Relation::Behind => return None,
        Relation::Ahead | Relation::Diverged | Relation::Unrelated if seen.shallow => {
            let detail = format!(
                "it was cloned without its history, so it is not known whether `{branch}` at the \
                 remote follows it"
            );
            let line = cause::in_checkout(spec, &["fetch", "--unshallow"]);
            return Some(
                Finding::unseen(ids::BRANCH_SHALLOW, "branch", detail).hint(Hint::Run(line)),
            );
        }
        Relation::Ahead => format!("it has commits that `{branch}` at the remote does not have"),
        Relation::Diverged => format!("it and `{branch}` at the remote have diverged"),
        Relation::Unrelated => {
            format!("it and `{branch}` at the remote have no commit in common")
        }
    };
    let line = cause::in_checkout(spec, &["log", "--oneline", "@{u}.."]);
    Some(Finding::fail(ids::BRANCH_DIVERGED, "branch", detail).hint(Hint::Run(line)))
}

/// Checks for untracked files that the incoming commits would overwrite.
fn in_the_way(spec: &CheckoutSpec, seen: &Repository) -> Option<Finding> {
    let incoming = seen.incoming.as_ref()?;
    let names = &incoming.in_the_way;
    if let (true, Some(said)) = (names.is_empty() && seen.dirty.is_empty(), &incoming.refused) {
        let detail = format!("git cannot move {} forward: {said}", seen.dir);
        return Some(
            Finding::fail(ids::CHECKOUT_PULL_REFUSED, "checkout", detail)
                .hint(cause::hint(spec, said)),
        );
    }
    let first = names.first()?;
    let count = counted(names.len(), "file");
    let detail = format!(
        "{count} in {} that git does not track would be overwritten: the incoming commits have \
         different content there",
        seen.dir
    );
    let away = Command::new("mv").arg("--").arg(first.trim_end_matches('/'));
    let away = away.arg(format!("{}.before-hemma", first.trim_end_matches('/')));
    let line = cause::on_host(spec, &away.cwd(spec.checkout.as_str()).to_string());
    Some(
        Finding::fail(ids::CHECKOUT_PULL_OVERWRITES, "checkout", detail)
            .evidence(some_of(names))
            .hint(Hint::Run(line)),
    )
}

/// The first names, and the number of the others.
fn some_of(names: &[String]) -> Vec<String> {
    let mut shown: Vec<String> =
        names.iter().take(FILES_SHOWN).map(|it| plain(it, PATH_CHARS_MAX)).collect();
    if names.len() > FILES_SHOWN {
        shown.push(format!("and {} more", names.len() - FILES_SHOWN));
    }
    shown
}

fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

fn listed(names: &[String]) -> String {
    if names.is_empty() { "nothing".to_owned() } else { some_of(names).join(", ") }
}

/// The beginning of a commit id, as git shows it.
pub fn short(sha: &str) -> &str {
    sha.get(..10).unwrap_or(sha)
}
