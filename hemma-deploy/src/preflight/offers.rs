//! Asking registries whether they have an image.

use std::collections::BTreeMap;

use hemma_core::{Host, Live, Question};
use serde::{Deserialize, Serialize};

use hemma_docker::registry::Reason;

use super::SourcesError;
use super::registries::Asked;

/// A manifest without a platform is of one image, whose platform it does not say.
const LOOK: &str = r#"
arch=$(sudo -n docker version --format '{{.Server.Arch}}' 2>/dev/null)
for image do
    if manifest "$image" >"$w/offer" 2>"$w/said"; then
        for_arch=$(sed -n 's/.*"architecture": "\([a-z0-9]*\)".*/\1/p' "$w/offer" | sort -u | grep -v unknown | tr '\n' ' ')
        case " $for_arch" in
        ' '|*" $arch "*) echo "there $image" ;;
        *) echo "other $image $for_arch" ;;
        esac
    else
        echo "said $image $(tr '\n' ' ' <"$w/said")"
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
    /// The registry does not have the image.
    None,
    /// The registry has the image for other platforms than the host's: these.
    Other(String),
    /// The registry has had too many requests, and does not say.
    Limited,
    /// The registry wants a login. Docker Hub says so of an image that does not exist, too.
    Login,
    /// The registry was not reached.
    Unknown(String),
}

impl Question for LookOffers {
    const KIND: &'static str = "docker.offers";
    type Answer = BTreeMap<String, Offer>;
    type Error = SourcesError;

    async fn ask(&self, live: &Live) -> Result<BTreeMap<String, Offer>, SourcesError> {
        let asked = Asked { script: LOOK, name: "ask-registries", read };
        asked.about(&self.images, &self.host, live).await
    }
}

fn read(line: &str) -> Option<(String, Offer)> {
    let (word, rest) = line.split_once(' ')?;
    let (image, said) = rest.split_once(' ').unwrap_or((rest, ""));
    let offer = match word {
        "there" => Offer::There,
        "other" => Offer::Other(said.trim().to_owned()),
        "said" => match Reason::read(said) {
            Some(Reason::Login) => Offer::Login,
            Some(Reason::RateLimit) => Offer::Limited,
            Some(_) => Offer::None,
            None => Offer::Unknown(said.trim().to_owned()),
        },
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
            ("said gone:dev no such manifest: gone:dev", Some(("gone:dev", Offer::None))),
            ("said r.io/a:1 unauthorized: no ", Some(("r.io/a:1", Offer::Login))),
            ("said a:1 toomanyrequests: You have", Some(("a:1", Offer::Limited))),
            ("other a:1 arm64 s390x ", Some(("a:1", Offer::Other("arm64 s390x".into())))),
            ("said a:1 no such host ", Some(("a:1", Offer::Unknown("no such host".into())))),
            ("", None),
        ];
        for (line, expected) in rows {
            assert_eq!(read(line), expected.map(|it| (it.0.to_owned(), it.1)), "{line}");
        }
    }
}
