//! The shape of the document, for readers of it: the schema is made from these types, and a test
//! checks that real documents have no other keys.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What a command writes with `--json`. A key that has nothing to say is left out.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Document")]
pub(crate) struct Shape {
    /// The version of this shape. It grows when a key changes its meaning or goes, not when one
    /// comes.
    schema: u32,
    /// How the run ended.
    exit: ExitShape,
    /// What would be or was done, if the command changes anything; no steps where there is nothing
    /// to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    plan: Option<PlanShape>,
    /// The changes that were made, in order, also when the run failed or was interrupted later.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    changed: Vec<String>,
    /// What failed nothing and is to be known, as a journal that lacks lines.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<String>,
    /// What stays of a run over many texts that did not come to its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    saved: Option<SavedShape>,
    /// What was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    report: Option<ReportShape>,
    /// The text of a command that gives one for its own sake, as a completion script.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    /// The answer of a command that gives neither findings nor a text: see the command's own
    /// schema.
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<Value>,
    /// Why there is no answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<ErrorShape>,
    /// With `--verbose`: every question and change.
    #[serde(skip_serializing_if = "Option::is_none")]
    steps: Option<Vec<StepShape>>,
    /// With `--verbose`: how many ssh connections were made.
    #[serde(skip_serializing_if = "Option::is_none")]
    handshakes: Option<usize>,
}

/// An exit code with its name.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct ExitShape {
    /// The exit code.
    code: u8,
    /// Its name, e.g. `NotAsPlanned`; `Program` is that of the operator's own program.
    name: String,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct PlanShape {
    /// The steps, in their order.
    steps: Vec<ProposedShape>,
    /// What stops none of the steps and is new with them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    notes: Vec<String>,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct ProposedShape {
    /// A verb: `create`, `recreate`, `remove`.
    action: String,
    /// What it would be done to.
    subject: String,
    /// Why.
    reason: String,
    /// The stage in which it is done, where there are any.
    #[serde(skip_serializing_if = "Option::is_none")]
    stage: Option<String>,
    /// Parts of the configuration that differ: `environment.NAME`, `ports`. Names, never values.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    parts: Vec<String>,
    /// Files that an image is made from, and that changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    files: Vec<String>,
    /// The commits that changed them, newest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    commits: Vec<String>,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct SavedShape {
    /// Texts that are finished.
    done: usize,
    /// All texts.
    total: usize,
    /// Where the finished ones are.
    #[serde(skip_serializing_if = "Option::is_none")]
    cache: Option<String>,
    /// What would have been written at the end.
    unwritten: String,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct ReportShape {
    /// The worst one.
    verdict: VerdictShape,
    /// All of them, in the order in which they are shown.
    findings: Vec<FindingShape>,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct FindingShape {
    /// How it stands.
    verdict: VerdictShape,
    /// What was found, e.g. `network.missing`: docs/findings.md lists all of them.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    id: String,
    /// What was looked at.
    subject: String,
    /// What was seen, or why nothing could be.
    detail: String,
    /// Further lines, e.g. the end of a log.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    evidence: Vec<String>,
    /// The next thing to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<HintShape>,
}

/// Looked and fine, looked and wrong, could not look.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum VerdictShape {
    Pass,
    Fail,
    Unknown,
}

/// The next thing to do.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum HintShape {
    /// A command that can be pasted.
    Run(String),
    /// A sentence.
    Do(String),
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct ErrorShape {
    /// What was tried, and then why it failed, the last cause last.
    chain: Vec<String>,
    /// Lines that show the cause.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    evidence: Vec<String>,
    /// The next thing to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<HintShape>,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct StepShape {
    /// Its kind, e.g. `docker.containers`.
    kind: String,
    /// What it was.
    what: String,
    /// How long it took.
    took_ms: u64,
    /// Whether it changed something.
    change: bool,
    /// Whether there was an answer.
    answered: bool,
}

/// The schema of the documents of a command whose `data` has the shape `D`; `()` is for none.
pub(crate) fn schema<D: JsonSchema>(has_data: bool) -> Value {
    let mut generator = schemars::SchemaGenerator::default();
    let mut root = generator.root_schema_for::<Shape>();
    let mut data = generator.subschema_for::<D>().to_value();
    let definitions = generator.take_definitions(true);
    let root = root.ensure_object();
    if let Some(Value::Object(properties)) = root.get_mut("properties") {
        if has_data {
            if let (Some(about), Some(data)) =
                (properties["data"].get("description"), data.as_object_mut())
            {
                data.insert("description".to_owned(), about.clone());
            }
            properties.insert("data".to_owned(), data);
        } else {
            properties.remove("data");
        }
    }
    let known = root.entry("$defs").or_insert_with(|| Value::Object(Map::new()));
    if let Value::Object(known) = known {
        known.extend(definitions);
    }
    Value::Object(root.clone())
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use hemma_deploy::config::overlaid;

    use super::*;
    use crate::App;
    use crate::render::document::SCHEMA;

    /// A shape that lacks a key would lose it here.
    #[tokio::test]
    async fn the_documents_of_all_scenes_have_this_shape() {
        let mut seen = std::collections::BTreeSet::new();
        let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples");
        let application = std::fs::read_to_string(examples.join("huleedu/hemma.toml"));
        let application = application.expect("the recordings are of it");
        for file in scenes() {
            let mut cassette = hemma_core::Cassette::read(&file).expect("it is a cassette");
            let typed = cassette.scene.typed.clone();
            if typed.contains(" -- ") {
                // Standard output is another program's.
                continue;
            }
            cassette.scene.typed = format!("{typed} --json --verbose");
            cassette.scene.config =
                overlaid(&application, &cassette.scene.config).expect("both are TOML");
            let played = App::new().play(cassette).await.expect("it is a command");
            let name = file.display();
            assert_eq!(played.stdout.lines().count(), 1, "{name}: {}", played.stdout);
            let document: Value = serde_json::from_str(&played.stdout).expect("it is JSON");
            let shape: Shape = serde_json::from_value(document.clone())
                .unwrap_or_else(|it| panic!("{name}: {it}\n{document:#}"));
            assert_eq!((shape.schema, shape.exit.code), (SCHEMA, played.exit.code()), "{name}");
            let again = serde_json::to_value(&shape).expect("plain values");
            assert_eq!(again, document, "{name}");
            seen.extend(document.as_object().expect("an object").keys().cloned());
        }
        for key in ["plan", "changed", "report", "error", "steps"] {
            assert!(seen.contains(key), "no scene has `{key}`");
        }
    }

    #[test]
    fn a_schema_says_what_stands_in_the_data() {
        let with = schema::<Vec<String>>(true);
        assert_eq!(with["properties"]["data"]["type"], "array", "{with:#}");
        assert!(with["$defs"]["FindingShape"]["properties"]["hint"].is_object(), "{with:#}");
        assert!(schema::<()>(false)["properties"].get("data").is_none());
    }

    fn scenes() -> Vec<PathBuf> {
        let below = |dir: &Path| -> Vec<PathBuf> {
            let entries = std::fs::read_dir(dir).expect("it can be listed");
            entries.map(|it| it.expect("it can be listed").path()).collect()
        };
        let cassettes = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/cassettes");
        below(&cassettes).iter().flat_map(|it| below(it)).collect()
    }
}
