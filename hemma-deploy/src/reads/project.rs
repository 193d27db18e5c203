//! What Compose resolves its files to, as far as the judges need it. It holds the values of
//! variables, so it is never passed on.

use std::collections::BTreeMap;

use hemma_docker::compose::BuildSpec;
use serde_json::Value;

use super::repository::{below, plain};

/// A service that is deployed.
#[derive(Debug, Default)]
pub(super) struct Service {
    pub(super) name: String,
    pub(super) image: String,
    /// The build, if it is one of this repository's.
    pub(super) build: Option<BuildSpec>,
    pub(super) arguments: BTreeMap<String, Option<String>>,
    pub(super) inline: Option<String>,
    pub(super) entrypoint: Option<Vec<String>>,
    pub(super) command: Option<Vec<String>>,
    pub(super) directory: Option<String>,
    pub(super) variables: BTreeMap<String, String>,
    /// The words of the health check; `None` where the files have none.
    pub(super) check: Option<Vec<String>>,
    pub(super) platform: Option<String>,
    /// Whether files hold secrets of it.
    pub(super) has_secrets: bool,
    /// The places in the container that are mounted over, each with its directory in the tree.
    pub(super) mounts: Vec<(String, Option<String>)>,
}

/// Reads the deployed services of a resolved project. `builds` are those that are deployed, with the
/// builds of this repository.
pub(super) fn services(
    json: &str,
    root: &str,
    builds: &BTreeMap<String, Option<BuildSpec>>,
) -> Vec<Service> {
    let project: Value = serde_json::from_str(json).unwrap_or_default();
    let of = |(name, build): (&String, &Option<BuildSpec>)| {
        let value = project["services"].get(name)?;
        Some(Service { build: build.clone(), ..service(name, value, root, &project) })
    };
    builds.iter().filter_map(of).collect()
}

fn service(name: &str, value: &Value, root: &str, project: &Value) -> Service {
    let text = |it: &Value| it.as_str().map(str::to_owned);
    let image = || format!("{}-{name}", project["name"].as_str().unwrap_or_default());
    Service {
        name: name.to_owned(),
        image: text(&value["image"]).unwrap_or_else(image),
        build: None,
        arguments: arguments(&value["build"]["args"]),
        inline: text(&value["build"]["dockerfile_inline"]),
        entrypoint: words(&value["entrypoint"]),
        command: words(&value["command"]),
        directory: text(&value["working_dir"]),
        variables: variables(&value["environment"]),
        check: check(&value["healthcheck"]),
        platform: text(&value["platform"]),
        has_secrets: ["secrets", "configs"].iter().any(|it| !value[it].is_null()),
        mounts: mounts(&value["volumes"], root),
    }
}

fn arguments(value: &Value) -> BTreeMap<String, Option<String>> {
    let arguments = value.as_object().into_iter().flatten();
    arguments.filter_map(|(name, it)| Some((name.clone(), Some(it.as_str()?.to_owned())))).collect()
}

/// A list of words; Compose prints a literal `$` twice.
fn words(value: &Value) -> Option<Vec<String>> {
    let words = value.as_array()?.iter();
    Some(words.filter_map(|it| Some(it.as_str()?.replace("$$", "$"))).collect())
}

fn variables(value: &Value) -> BTreeMap<String, String> {
    let variables = value.as_object().into_iter().flatten();
    variables.filter_map(|(name, it)| Some((name.clone(), it.as_str()?.to_owned()))).collect()
}

fn check(value: &Value) -> Option<Vec<String>> {
    if value["disable"] == Value::Bool(true) {
        return Some(Vec::new());
    }
    match &value["test"] {
        Value::String(line) => Some(vec!["CMD-SHELL".to_owned(), line.replace("$$", "$")]),
        test => words(test),
    }
}

fn mounts(value: &Value, root: &str) -> Vec<(String, Option<String>)> {
    let mounts = value.as_array().into_iter().flatten();
    let mount = |it: &Value| {
        let target = plain(it["target"].as_str()?);
        let source = it["source"].as_str().filter(|_| it["type"] == "bind");
        let own = source.and_then(|it| below(it, root)).map(plain);
        Some((target, own.filter(|_| !root.is_empty())))
    };
    mounts.filter_map(mount).collect()
}
