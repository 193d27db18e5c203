//! The images of the kept releases, of all projects of this operator on the host.

use hemma_core::names::{ProjectName, ServiceName};
use hemma_core::{
    Classified, Command, ErrorClass, ExecError, Host, Live, NotRecorded, OperatorError, Place,
    Question,
};
use serde::{Deserialize, Serialize};

use crate::release::Release;
use crate::state_dir::STATE;

/// A record that cannot be read is an error: the images that it needs would not be known.
const LOOK: &str = r#"
for f in "${s%/*}"/*/releases/*.json; do
    [ -e "$f" ] || continue
    p=${f%/releases/*}
    record=$(cat "$f") || exit 70
    id=${f##*/}
    printf '%s %s %s\n' "${p##*/}" "${id%.json}" "$record"
done
"#;

/// Which images do the kept releases need?
#[derive(Debug, Clone, Serialize)]
pub struct LookKept {
    /// The host.
    pub host: Host,
    /// A project; the records of the others are next to its own.
    pub project: ProjectName,
}

/// An image of a kept release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// The project.
    pub project: String,
    /// The release.
    pub commit: String,
    /// The id under which the release is kept, if it is more than the commit.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub kept_as: String,
    /// The service.
    pub service: ServiceName,
    /// The engine's id of the image.
    pub image: String,
}

impl Kept {
    /// The name under which the image is kept.
    pub fn name(&self) -> String {
        let id = if self.kept_as.is_empty() { &self.commit } else { &self.kept_as };
        format!("hemma.keep/{}/{}:{id}", self.project, self.service)
    }
}

/// Why the images of the kept releases are not known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum KeptError {
    /// The command's answer is not known.
    #[error("could not look for kept releases on {host}")]
    Ask {
        /// The host.
        host: Host,
        /// Why not.
        source: ExecError,
    },
    /// A record cannot be read.
    #[error("a record of a kept release on {host} cannot be read: {said}")]
    Read {
        /// The host.
        host: Host,
        /// What is wrong with the record.
        said: String,
    },
    /// The recording has no answer.
    #[error(transparent)]
    NotRecorded(#[from] NotRecorded),
}

impl OperatorError for KeptError {
    fn classify(&self) -> Classified {
        match self {
            Self::Ask { source, .. } => source.classify(),
            Self::Read { .. } => ErrorClass::Unknown
                .without("the message says which record, and what is wrong with it"),
            Self::NotRecorded(source) => source.classify(),
        }
    }
}

impl Question for LookKept {
    const KIND: &'static str = "release.kept-images";
    type Answer = Vec<Kept>;
    type Error = KeptError;

    async fn ask(&self, live: &Live) -> Result<Vec<Kept>, KeptError> {
        let host = self.host.clone();
        let script = format!("{STATE}{LOOK}");
        let command = Command::script(&script, [self.project.to_string()]).named("kept-images");
        match live.run(&Place::On(host.clone()), &command).await {
            Err(source) => Err(KeptError::Ask { host, source }),
            Ok(output) if output.success() => {
                read(&output.stdout).map_err(|said| KeptError::Read { host, said })
            }
            Ok(output) => Err(KeptError::Read { host, said: output.last_words().to_owned() }),
        }
    }
}

fn read(text: &str) -> Result<Vec<Kept>, String> {
    let mut kept = Vec::new();
    for line in text.lines() {
        let (project, rest) = line.split_once(' ').ok_or("a record without a project")?;
        let (id, record) = rest.split_once(' ').ok_or("a record without an id")?;
        let release: Release =
            serde_json::from_str(record).map_err(|source| format!("one of {project}: {source}"))?;
        kept.extend(release.images.into_iter().map(|it| Kept {
            project: project.to_owned(),
            commit: release.commit.clone(),
            kept_as: if id == release.commit { String::new() } else { id.to_owned() },
            service: it.service,
            image: it.id,
        }));
    }
    Ok(kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_that_cannot_be_read_is_no_missing_one() {
        let record = r#"{"commit":"c0ffee","at":"2026-02-03T12:00:00Z","images":[{"service":"web","name":"x-web","id":"sha256:1f"}]}"#;
        let text = format!("huleedu c0ffee {record}\nother c0ffee-1f {record}\n");
        let kept = read(&text).expect("hemma wrote it");
        let names: Vec<_> = kept.iter().map(Kept::name).collect();
        assert_eq!(names, ["hemma.keep/huleedu/web:c0ffee", "hemma.keep/other/web:c0ffee-1f"]);
        for torn in [&record[..30], "", "{}"] {
            assert!(read(&format!("huleedu c0ffee {torn}\n")).is_err(), "{torn:?}");
        }
        assert_eq!(read(""), Ok(Vec::new()));
    }
}
