//! How an image of a service is built, without what may be secret.

use std::collections::BTreeMap;

use hemma_core::Secret;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::reading::below;

/// The build of an image.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BuildSpec {
    /// The context, relative to the checkout; `.` is the checkout itself.
    pub context: String,
    /// The Dockerfile, relative to the context. Empty when it is written inline.
    pub dockerfile: String,
    /// The build arguments whose names say that they are images. Others may be secret.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub images: BTreeMap<String, String>,
    /// The names of the other build arguments that have a value.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub withheld: Vec<String>,
    /// The stage that is built; empty for the last one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub target: String,
    /// The additional build contexts by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub contexts: BTreeMap<String, BuildContext>,
}

/// A build context beside the main one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BuildContext {
    /// A directory, relative to the checkout where it lies in it.
    Directory(String),
    /// An image: `docker-image://alpine:3`.
    Image(String),
    /// The image of another service: `service:base`.
    Service(String),
    /// Anything else, such as the address of a repository. An address may hold a credential.
    Elsewhere,
}

impl BuildSpec {
    /// The Dockerfile's path in the repository.
    pub fn path(&self) -> String {
        match self.context.as_str() {
            "." => self.dockerfile.clone(),
            context => format!("{context}/{}", self.dockerfile),
        }
    }

    /// Whether nothing but the arguments that are kept decides what is built from the Dockerfile.
    pub fn has_only_images(&self) -> bool {
        self.withheld.is_empty() && self.target.is_empty() && self.contexts.is_empty()
    }
}

/// Reads the `build` of a service in the resolved project.
pub(super) fn read(value: &Value, tree: &str) -> BuildSpec {
    let context = value["context"].as_str().unwrap_or(".");
    let inline = value["dockerfile_inline"].is_string();
    let dockerfile = value["dockerfile"].as_str().unwrap_or("Dockerfile");
    BuildSpec {
        context: below(context, tree),
        dockerfile: if inline { String::new() } else { below(dockerfile, tree) },
        images: given(value).into_iter().filter(|it| names_image(&it.0)).collect(),
        withheld: given(value).into_keys().filter(|it| !names_image(it)).collect(),
        target: value["target"].as_str().unwrap_or_default().to_owned(),
        contexts: contexts(&value["additional_contexts"], tree),
    }
}

/// The build arguments that have a value.
fn given(build: &Value) -> BTreeMap<String, String> {
    let arguments = build["args"].as_object().into_iter().flatten();
    arguments.filter_map(|(name, it)| Some((name.clone(), it.as_str()?.to_owned()))).collect()
}

/// The build arguments of each service in the output of `docker compose config --format json`.
/// Their values may be secret.
pub fn build_arguments(json: &str) -> BTreeMap<String, BTreeMap<String, Secret>> {
    let root: Value = serde_json::from_str(json).unwrap_or_default();
    let services = root["services"].as_object().into_iter().flatten();
    let of = |build: &Value| {
        given(build).into_iter().map(|(name, value)| (name, Secret::new(value))).collect()
    };
    services.map(|(name, it)| (name.clone(), of(&it["build"]))).collect()
}

/// Whether the name of a build argument says that its value is a part of an image's name.
fn names_image(argument: &str) -> bool {
    let name = argument.to_ascii_uppercase();
    ["IMAGE", "TAG", "VERSION"].iter().any(|it| name.ends_with(it))
}

fn contexts(contexts: &Value, tree: &str) -> BTreeMap<String, BuildContext> {
    let context = |it: &str| {
        if let Some(image) = it.strip_prefix("docker-image://") {
            BuildContext::Image(image.to_owned())
        } else if let Some(service) = it.strip_prefix("service:") {
            BuildContext::Service(service.to_owned())
        } else if it.contains("://") || it.starts_with("git@") || it.starts_with("target:") {
            BuildContext::Elsewhere
        } else {
            BuildContext::Directory(below(it, tree))
        }
    };
    let contexts = contexts.as_object().into_iter().flatten();
    contexts.filter_map(|(name, it)| Some((name.clone(), context(it.as_str()?)))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_build_is_read_without_the_values_that_may_be_secret() {
        let json = r#"{"name":"p","services":{"s":{"build":{"context":"/a/web","target":"run",
            "args":{"BASE_IMAGE":"a:1","TOKEN":"s3cret","UNSET":null},
            "additional_contexts":{"shared":"/a/shared","i":"docker-image://alpine:3","b":"service:base",
            "r":"https://me:s3cret@git.example/x.git"}}}}}"#;
        let root: Value = serde_json::from_str(json).expect("plain JSON");
        let build = read(&root["services"]["s"]["build"], "/a");
        assert_eq!(
            (build.target.as_str(), &build.withheld[..]),
            ("run", &["TOKEN".to_owned()][..])
        );
        assert_eq!(build.images, [("BASE_IMAGE".to_owned(), "a:1".to_owned())].into());
        let contexts = [
            ("shared", BuildContext::Directory("shared".to_owned())),
            ("i", BuildContext::Image("alpine:3".to_owned())),
            ("b", BuildContext::Service("base".to_owned())),
            ("r", BuildContext::Elsewhere),
        ];
        assert_eq!(build.contexts, contexts.map(|(name, it)| (name.to_owned(), it)).into());
        assert!(!serde_json::to_string(&build).expect("serializes").contains("s3cret"));
        let arguments = build_arguments(json);
        assert_eq!(arguments["s"]["TOKEN"].reveal(), "s3cret");
        assert!(arguments["s"].len() == 2 && build_arguments("no").is_empty());
    }
}
