//! Asking registries whether they have an image.

use std::collections::BTreeMap;
use std::time::Duration;

use hemma_core::{Command, Host, Live, Place, Question};
use serde::{Deserialize, Serialize};

use super::SourcesError;

/// Asks from the host, because the host will pull.
const LOOK: &str = r#"
for image do
    if said=$(sudo -n docker manifest inspect -- "$image" 2>&1 >/dev/null); then echo "there $image"
    else
        case $said in
        *'no such manifest'*|*'manifest unknown'*|*denied*|*unauthorized*|*'not found'*) echo "none $image" ;;
        *) echo "unknown $image $(printf %s "$said" | tr '\n' ' ')" ;;
        esac
    fi
done
"#;

/// Do registries have these images?
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LookOffers {
    /// The host.
    pub host: Host,
    /// The images.
    pub images: Vec<String>,
}

/// A registry's answer about an image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Offer {
    /// The registry has the image.
    There,
    /// The registry does not have the image, or denies access.
    None,
    /// The registry was not reached.
    Unknown(String),
}

impl Question for LookOffers {
    const KIND: &'static str = "docker.offers";
    type Answer = BTreeMap<String, Offer>;
    type Error = SourcesError;

    async fn ask(&self, live: &Live) -> Result<BTreeMap<String, Offer>, SourcesError> {
        let host = self.host.clone();
        let command = Command::script(LOOK, self.images.iter().cloned())
            .named("ask-registries")
            .limit(Duration::from_secs(180));
        match live.run(&Place::On(host.clone()), &command).await {
            Ok(output) => Ok(output.stdout.lines().filter_map(read).collect()),
            Err(source) => Err(SourcesError::Ask { host, source }),
        }
    }
}

fn read(line: &str) -> Option<(String, Offer)> {
    let (word, rest) = line.split_once(' ')?;
    let (image, said) = rest.split_once(' ').unwrap_or((rest, ""));
    let offer = match word {
        "there" => Offer::There,
        "none" => Offer::None,
        "unknown" => Offer::Unknown(said.trim().to_owned()),
        _ => return None,
    };
    Some((image.to_owned(), offer))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_read() {
        let rows = [
            ("there python:3", Some(("python:3", Offer::There))),
            ("none gone:dev", Some(("gone:dev", Offer::None))),
            ("unknown a:1 no such host ", Some(("a:1", Offer::Unknown("no such host".into())))),
            ("", None),
        ];
        for (line, expected) in rows {
            assert_eq!(read(line), expected.map(|it| (it.0.to_owned(), it.1)), "{line}");
        }
    }
}
