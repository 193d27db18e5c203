//! Findings about the host's `.env`: keys and places, never a value.

use std::collections::BTreeSet;

use hemma_core::names::EnvKey;
use hemma_core::{Finding, Hint, Report, World, quote_path};
use hemma_docker::Remedy;
use hemma_docker::compose::RefusalCause;
use hemma_docker::compose::dotenv::Obstacle;

use crate::{Config, ids};

use super::judge::{Flaws, RequiredBy};
use super::look::{EnvAnswer, EnvError, GitView, Judged, LookEnv};
use super::template::{keys, of_template};
use crate::layers::{Layers, compose_files};

/// Whether the `.env` of the compose files is as the rules in `hemma.toml` and the compose files
/// require.
pub async fn verify(world: &World, config: &Config, layers: Layers) -> Report {
    match look(world, config, layers).await {
        Ok(answer) => findings(config, &answer).into_iter().collect(),
        Err(error) => Report::from_iter([unknown(&error)]),
    }
}

/// Looks at the file by those rules.
async fn look(world: &World, config: &Config, layers: Layers) -> Result<EnvAnswer, EnvError> {
    let (files, rules) = (compose_files(config, layers), rules(config));
    world.ask(&LookEnv { files, rules, required_by_compose: true }).await
}

/// Looks at the file without asking Compose, which names what it requires wherever it is called.
pub(crate) async fn look_at_file(world: &World, config: &Config) -> Result<EnvAnswer, EnvError> {
    let (files, rules) = (compose_files(config, Layers::Main), rules(config));
    world.ask(&LookEnv { files, rules, required_by_compose: false }).await
}

pub(crate) fn unknown(error: &EnvError) -> Finding {
    Finding::of_error(ids::ENV_UNSEEN, ".env", error)
}

/// The findings that stop a deploy: what Compose cannot read, or what reaches the containers with
/// an unintended value. Compose itself names what it requires.
pub(crate) fn stops_deploy(config: &Config, answer: &EnvAnswer) -> Vec<Finding> {
    match answer {
        EnvAnswer::Judged(judged) => of_flaws(&stopping(judged)),
        // An application that requires no key needs no file.
        EnvAnswer::Obstacle(Obstacle::Missing) if !config.env.needs_file() => Vec::new(),
        other => findings(config, other),
    }
}

/// The flaws that stop a deploy: all but the keys that only a comment asks for.
fn stopping(judged: &Judged) -> Flaws {
    let mut flaws = judged.flaws.clone();
    flaws.missing.retain(|it| it.by != RequiredBy::Header);
    flaws
}

/// Whether the findings of [`stops_deploy`] explain why Compose refuses its files.
pub(crate) fn explains(config: &Config, answer: &EnvAnswer, cause: RefusalCause<'_>) -> bool {
    match (answer, cause) {
        (EnvAnswer::Judged(judged), RefusalCause::Variable(name)) => stopping(judged).are_of(name),
        (EnvAnswer::Judged(_), RefusalCause::EnvFile) | (_, RefusalCause::Variable(_)) => false,
        (EnvAnswer::Obstacle(Obstacle::Missing), RefusalCause::EnvFile) => {
            !config.env.required.is_empty()
        }
        (EnvAnswer::Obstacle(_) | EnvAnswer::Malformed(_), RefusalCause::EnvFile) => true,
    }
}

/// The findings that do not stop a deploy: problems too, but not a reason to leave the application
/// down.
pub(crate) fn beside_deploy(config: &Config, answer: &EnvAnswer) -> Vec<Finding> {
    let EnvAnswer::Judged(judged) = answer else { return Vec::new() };
    let mut findings = of_guard(config, judged);
    findings.extend(of_shell(&judged.flaws));
    findings.extend(of_comments(&judged.flaws));
    findings
}

/// The findings about keys that only a comment asks for. A comment is a hint: what it names may
/// belong to a part of the application that is not used.
fn of_comments(flaws: &Flaws) -> Vec<Finding> {
    let missing = flaws.missing.iter().filter(|it| it.by == RequiredBy::Header).cloned();
    let missing: Vec<_> = missing.collect();
    of_flaws(&Flaws { missing, ..Flaws::default() })
}

/// The rules of `[env]`, and the one that follows from `[database]`: the application logs in as the
/// role that is created.
fn rules(config: &Config) -> crate::config::EnvConfig {
    let mut rules = config.env.clone();
    if let Some(database) = &config.database
        && let Some(key) = &database.role_key
    {
        rules.values.entry(key.clone()).or_insert_with(|| vec![database.role.to_string()]);
    }
    rules
}

/// The findings about an answer.
pub fn findings(config: &Config, answer: &EnvAnswer) -> Vec<Finding> {
    match answer {
        EnvAnswer::Obstacle(Obstacle::Missing) if !config.env.needs_file() => {
            let detail = "there is no .env, and hemma.toml requires no key of it";
            let hint = of_template(config, &BTreeSet::new());
            vec![Finding::pass(ids::ENV_NOT_NEEDED, ".env", detail).evidence(hint)]
        }
        EnvAnswer::Obstacle(obstacle) => {
            vec![obstacle.finding(&config.host.alias, &config.host.checkout)]
        }
        EnvAnswer::Malformed(error) => {
            let detail = format!("Compose cannot read it: {error}");
            vec![Finding::fail(ids::ENV_MALFORMED, ".env", detail).remedy(Remedy::EditEnvFile)]
        }
        EnvAnswer::Judged(judged) => of_judged(config, judged),
    }
}

fn of_judged(config: &Config, judged: &Judged) -> Vec<Finding> {
    let mut findings = of_flaws(&judged.flaws);
    findings.extend(of_shell(&judged.flaws));
    findings.extend(of_guard(config, judged));
    if !judged.compose_asked {
        let why = "Compose did not list the variables that its files require";
        findings.push(Finding::unseen(ids::ENV_REQUIRED_UNSEEN, ".env required by Compose", why));
    }
    if findings.is_empty() {
        findings.push(
            Finding::pass(ids::ENV_AS_REQUIRED, ".env", summary(judged))
                .evidence(remarks(judged))
                .evidence(of_template(config, &keys(judged))),
        );
    }
    findings
}

fn summary(judged: &Judged) -> String {
    let git = if judged.git == GitView::None { "no repository yet" } else { "git-ignored" };
    format!("{} keys, mode {}, owned by {}, {git}", judged.keys.len(), judged.mode, judged.owner)
}

fn remarks(judged: &Judged) -> Vec<String> {
    let mut remarks = Vec::new();
    if !judged.unset.is_empty() {
        remarks.push(format!("optional and not set: {}", listed(&judged.unset)));
    }
    if judged.bom || judged.crlf {
        let what = match (judged.bom, judged.crlf) {
            (true, true) => "a byte order mark and carriage returns",
            (true, false) => "a byte order mark",
            _ => "carriage returns",
        };
        remarks
            .push(format!("it has {what}: Compose accepts that, a shell that sources it does not"));
    }
    remarks
}

fn of_guard(config: &Config, judged: &Judged) -> Vec<Finding> {
    let file = quote_path(&format!("{}/.env", config.host.checkout));
    let on_host = |line: String| Hint::on(&config.host.alias, line);
    let mut findings = Vec::new();
    let open = u32::from_str_radix(&judged.mode, 8).map_or(true, |it| it & 0o177 != 0);
    if open {
        let detail =
            format!("mode {}: users other than its owner may read or change it", judged.mode);
        findings.push(
            Finding::fail(ids::ENV_MODE_OPEN, ".env mode", detail)
                .hint(on_host(format!("chmod 600 {file}"))),
        );
    }
    if judged.owner != judged.login {
        let detail = format!("it belongs to {}, but {} deploys", judged.owner, judged.login);
        let hint = format!("give it to {}: sudo chown {} {file}", judged.login, judged.login);
        findings.push(
            Finding::fail(ids::ENV_OWNED_BY_ANOTHER, ".env owner", detail).hint(Hint::Do(hint)),
        );
    }
    match judged.git {
        GitView::Ignored | GitView::None => {}
        GitView::Visible => findings.push(
            Finding::fail(
                ids::ENV_NOT_IGNORED,
                ".env git",
                "git does not ignore it: one `git add` would publish it",
            )
            .hint(Hint::Do("add `.env` to the repository's .gitignore".to_owned())),
        ),
        GitView::Tracked => findings.push(
            Finding::fail(
                ids::ENV_TRACKED,
                ".env git",
                "it is in the repository, where everyone with access can read it",
            )
            .hint(Hint::Do(
                "remove it with `git rm --cached .env`, and change every secret".to_owned(),
            )),
        ),
    }
    findings
}

fn of_flaws(flaws: &Flaws) -> Vec<Finding> {
    let set = |key: &EnvKey| Remedy::SetEnv(key.clone());
    let fail =
        |id, subject: &str, detail: String| Finding::fail(id, format!(".env {subject}"), detail);
    let mut findings = Vec::new();
    for it in &flaws.missing {
        let by = match it.by {
            RequiredBy::Settings => "hemma.toml requires it",
            RequiredBy::Header => {
                "the comment at the top of a compose file asks for it; `[env] optional` in hemma.toml \
                 takes keys that are not used"
            }
            RequiredBy::Compose => "a compose file does not load without it",
        };
        let detail = format!("it has no value, and {by}");
        findings.push(fail(ids::ENV_KEY_EMPTY, it.key.as_str(), detail).remedy(set(&it.key)));
    }
    for keys in &flaws.none_of {
        let detail = "none of them has a value".to_owned();
        findings.push(fail(ids::ENV_NONE_SET, &alternatives(keys), detail));
    }
    for key in &flaws.placeholders {
        let detail = "its value is a placeholder, which is public in the code".to_owned();
        // Compose allows names that no shell allows, and these are edited by hand.
        let remedy = key.parse().map_or(Remedy::EditEnvFile, Remedy::SetEnv);
        findings.push(fail(ids::ENV_KEY_PLACEHOLDER, key, detail).remedy(remedy));
    }
    for (key, accepted) in &flaws.not_accepted {
        let detail = format!("it must be {}, but has another value", alternatives(accepted));
        findings.push(fail(ids::ENV_KEY_NOT_ACCEPTED, key.as_str(), detail).remedy(set(key)));
    }
    for keys in &flaws.unequal {
        let detail = "their values differ and must be the same".to_owned();
        findings.push(fail(ids::ENV_KEYS_DIFFER, &listed(keys), detail));
    }
    for key in &flaws.refused {
        let finding = fail(ids::ENV_KEY_FORBIDDEN, key.as_str(), "it must not be set".to_owned());
        findings.push(finding.remedy(Remedy::EditEnvFile));
    }
    for (key, lines) in &flaws.repeated {
        let detail = format!("it is set on lines {}; the last one counts", listed(lines));
        findings.push(fail(ids::ENV_KEY_REPEATED, key, detail).remedy(Remedy::EditEnvFile));
    }
    findings.extend(of_meaning(flaws));
    findings
}

/// The findings about values that do not mean what they look like.
fn of_meaning(flaws: &Flaws) -> Vec<Finding> {
    let fail = |id, subject: &str, detail: String| {
        Finding::fail(id, format!(".env {subject}"), detail).remedy(Remedy::EditEnvFile)
    };
    let mut findings = Vec::new();
    for key in &flaws.blanks {
        let detail = "`$` in its value names something that nothing sets, and becomes blank; \
                      a literal `$` needs single quotes";
        findings.push(fail(ids::ENV_VARIABLE_UNSET, key, detail.to_owned()));
    }
    for (key, variables) in &flaws.from_root {
        let detail = format!(
            "its value holds ${}, which is root's when Compose runs under sudo",
            variables.join(" and $")
        );
        findings.push(fail(ids::ENV_VARIABLE_OF_ROOT, key, detail));
    }
    for key in &flaws.overridden {
        let detail = "root's environment on the host sets it too, and takes precedence over the \
                      file";
        findings.push(fail(ids::ENV_KEY_OVERRIDDEN, key.as_str(), detail.to_owned()));
    }
    for line in &flaws.bare_lines {
        let detail = "there is no `=`: half of a value that spans lines, or a forgotten one";
        let subject = format!("line {line}");
        findings.push(fail(ids::ENV_LINE_WITHOUT_EQUALS, &subject, detail.to_owned()));
    }
    findings
}

/// The findings about values that only a shell reads differently. One cause is one finding.
fn of_shell(flaws: &Flaws) -> Vec<Finding> {
    let said = |it: &&String| !flaws.blanks.contains(*it) && !flaws.from_root.contains_key(*it);
    let finding = |key: &String| {
        let detail = "a shell that sources the file reads another value: put it in single quotes";
        Finding::fail(ids::ENV_SHELL_DIFFERS, format!(".env {key}"), detail)
            .remedy(Remedy::EditEnvFile)
    };
    flaws.shell_unsafe.iter().filter(said).map(finding).collect()
}

fn listed(items: &[impl ToString]) -> String {
    joined(items, ", ")
}

fn alternatives(items: &[impl ToString]) -> String {
    joined(items, " or ")
}

fn joined(items: &[impl ToString], between: &str) -> String {
    items.iter().map(ToString::to_string).collect::<Vec<_>>().join(between)
}
