//! Where the application is: its host, its checkout and its repository.

use hemma_core::Host;
use hemma_core::names::CheckoutPath;

use super::draft::{Draft, Value};
use super::{About, Answers, Facts, Question, Source};
use crate::config::Surroundings;

/// The host's table. Returns the checkout.
pub(super) fn host(
    facts: &Facts,
    answers: &Answers,
    home: Option<&str>,
    draft: &mut Draft,
) -> String {
    let mut values = Vec::new();
    match &answers.host {
        Some((alias, said)) => {
            values.push(Value::text("alias", Host::as_str(alias), said.source("--host")));
        }
        None => draft.ask(Question {
            about: About::Host,
            words: "Which server is it: which alias of your ~/.ssh/config?".to_owned(),
            guess: None,
            flag: "--host ALIAS".to_owned(),
            otherwise: "no host is named",
        }),
    }
    let stack = facts.host.as_ref().and_then(|it| it.stack.as_ref());
    let running = stack.and_then(|it| {
        let path = it.checkout.as_ref()?;
        let below = home.and_then(|home| path.strip_prefix(home)?.strip_prefix('/'));
        let path = below.map_or_else(|| path.clone(), |it| format!("~/{it}"));
        let path = path.parse::<CheckoutPath>().ok()?;
        Some((path, Source::Host(format!("its containers of the project {}", it.project))))
    });
    let surroundings =
        Surroundings { directory: facts.directory.clone(), ..Surroundings::default() };
    let guess = || {
        let why = "~/apps and the name of the repository".to_owned();
        Some((surroundings.checkout()?, Source::Guess(why)))
    };
    let given = answers.checkout.clone().map(|it| (it, Source::Flag("--checkout")));
    let checkout = given.or(running).or_else(guess);
    if let Some(it) = stack.filter(|it| it.checkout.is_none()) {
        draft.note(format!(
            "the running project {} was brought up in {}, which is not a git checkout that can be \
             read; its containers will be of another checkout than the deployed one",
            it.project, it.directory
        ));
    }
    let path = checkout.as_ref().map(|it| it.0.to_string()).unwrap_or_default();
    values.extend(checkout.map(|(path, source)| Value::text("checkout", &path, source)));
    draft.table("host", values);
    path
}

/// The repository's table.
pub(super) fn repository(facts: &Facts, answers: &Answers, draft: &mut Draft) {
    let mut values = Vec::new();
    let remote = answers.remote.as_ref().map(|it| (it, Source::Flag("--remote")));
    let remote =
        remote.or_else(|| Some((facts.remote.as_ref()?, Source::Repository("git: origin"))));
    match remote {
        // A credential is not written into a file that is committed.
        Some((url, _)) if url.credential().is_some() => draft.note(
            "the URL of origin holds a credential and is not written; each deploy takes it from git"
                .to_owned(),
        ),
        Some((url, source)) => values.push(Value::text("remote", url.address(), source)),
        None => draft.note(
            "git has no remote `origin`; the host can use only a checkout that it has already"
                .to_owned(),
        ),
    }
    let branch = answers.branch.as_ref().map(|it| (it, Source::Flag("--branch")));
    let git = || Some((facts.branch.as_ref()?, Source::Repository("git: the default branch")));
    if let Some((branch, source)) = branch.or_else(git) {
        values.push(Value::text("branch", branch.as_str(), source));
    }
    draft.table("repository", values);
}
