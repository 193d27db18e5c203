//! Asking registries which image a tag names by now.

use std::collections::BTreeMap;

use hemma_core::{Finding, Host, Live, Question};
use hemma_docker::compose::Model;
use hemma_docker::image::{self, Image};
use hemma_docker::registry::{Reason, registry_of};
use serde::{Deserialize, Serialize};

use super::SourcesError;
use super::registries::Asked;
use crate::ids;

/// `imagetools` prints the digest that the engine notes when it pulls. Without it, the manifests of
/// all platforms have to do: an engine with the classic store has the digest of a configuration as
/// the id of an image.
const LOOK: &str = r#"
for image do
    if seen=$(sudo -n docker buildx imagetools inspect --format '{{json .Manifest.Digest}}' "$image" 2>/dev/null); then
        echo "at $image $(printf %s "$seen" | tr -d '"')"
    elif manifest "$image" --verbose >"$w/offer" 2>"$w/said"; then
        case $(head -c 1 "$w/offer") in '[') word=list ;; *) word=at ;; esac
        echo "$word $image $(grep -o 'sha256:[0-9a-f]\{64\}' "$w/offer" | awk '!seen[$0]++' | tr '\n' ' ')"
    else
        echo "said $image $(tr '\n' ' ' <"$w/said")"
    fi
done
"#;

/// Which images do these tags name in their registries?
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LookTags {
    /// The host, whose credentials are used.
    pub host: Host,
    /// The images, by tag.
    pub images: Vec<String>,
}

/// The image that a tag names in its registry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RegistryTag {
    /// An image that has one of these digests on a host that has pulled it.
    At(Vec<String>),
    /// As [`At`](Self::At), for several platforms: the digest of the list itself is not known.
    List(Vec<String>),
    /// The registry did not say; its message.
    Unknown(String),
}

/// An image of the host, compared with the one that its tag names in the registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Moved {
    /// It is the same.
    Not,
    /// The tag names another image by now: the short digests of both.
    To(String, String),
    /// It cannot be told.
    Unknown(String),
}

impl RegistryTag {
    /// Compares the host's image with it.
    pub(crate) fn moved(&self, own: &Image) -> Moved {
        let (digests, is_list) = match self {
            Self::At(digests) => (digests, false),
            Self::List(digests) => (digests, true),
            Self::Unknown(said) => return Moved::Unknown(said.clone()),
        };
        let pulled: Vec<&str> =
            own.digests.iter().filter_map(|it| Some(it.split_once('@')?.1)).collect();
        let has = |it: &String| pulled.contains(&it.as_str()) || *it == own.id;
        if digests.iter().any(has) {
            return Moved::Not;
        }
        // An engine with containerd's store knows the image by the digest of the list alone.
        if is_list && pulled.contains(&own.id.as_str()) {
            let why = "its registry has it for several platforms, and the host has no buildx to tell them";
            return Moved::Unknown(why.to_owned());
        }
        match digests.first() {
            None => Moved::Unknown("its registry named no digest".to_owned()),
            Some(now) => Moved::To(short(pulled.first().unwrap_or(&own.id.as_str())), short(now)),
        }
    }
}

/// The first digits of a digest.
pub(super) fn short(digest: &str) -> String {
    digest.chars().take("sha256:".len() + 12).collect()
}

impl Question for LookTags {
    const KIND: &'static str = "docker.tags";
    type Answer = BTreeMap<String, RegistryTag>;
    type Error = SourcesError;

    async fn ask(&self, live: &Live) -> Result<BTreeMap<String, RegistryTag>, SourcesError> {
        let asked = Asked { script: LOOK, name: "ask-registries-for-tags", read };
        asked.about(&self.images, &self.host, live).await
    }
}

fn read(line: &str) -> Option<(String, RegistryTag)> {
    let (word, rest) = line.split_once(' ')?;
    let (image, rest) = rest.split_once(' ').unwrap_or((rest, ""));
    let digests = || rest.split_whitespace().map(str::to_owned).collect();
    let tag = match word {
        "at" => RegistryTag::At(digests()),
        "list" => RegistryTag::List(digests()),
        "said" => {
            let registry = registry_of(image);
            RegistryTag::Unknown(match Reason::read(rest) {
                Some(Reason::Login) => format!("{registry} wants a login"),
                Some(Reason::RateLimit) => format!("{registry} takes no more requests for now"),
                Some(_) => format!("{registry} has no such image any more"),
                None => format!("{registry} did not answer: {}", rest.trim()),
            })
        }
        _ => return None,
    };
    Some((image.to_owned(), tag))
}

/// The images of a project whose tag may have moved: those that were pulled, and are named by tag.
pub(crate) fn tagged(model: &Model, images: &[Image]) -> Vec<String> {
    let wanted = model.services.values().filter(|it| it.replicas > 0 && !model.builds(&it.image));
    let pulled = |it: &&str| image::named(images, it).is_some_and(|it| !it.digests.is_empty());
    let names = wanted.map(|it| it.image.as_str()).filter(|it| !it.contains('@'));
    let mut names: Vec<String> = names.filter(pulled).map(str::to_owned).collect();
    names.sort();
    names.dedup();
    names
}

/// What could not be told of the tags.
pub(crate) fn findings(tags: &BTreeMap<String, RegistryTag>, images: &[Image]) -> Vec<Finding> {
    let unknown =
        |(name, tag): (&String, &RegistryTag)| match tag.moved(image::named(images, name)?) {
            Moved::Unknown(said) => Some(Finding::unseen(
                ids::IMAGE_TAG_UNSEEN,
                format!("image {name}"),
                format!("whether its tag names another image by now is not known: {said}"),
            )),
            Moved::Not | Moved::To(..) => None,
        };
    tags.iter().filter_map(unknown).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_that_moved_is_told_from_one_that_did_not_and_from_one_that_nobody_knows() {
        let own = |id: &str, digest: &str| Image {
            id: format!("sha256:{id}"),
            digests: vec![format!("app@sha256:{digest}")],
            ..Image::default()
        };
        let tag = |line: &str| read(line).expect("an answer").1;
        let classic = own("config", "list");
        let containerd = own("list", "list");
        for (line, image, moved) in [
            ("at app:1 sha256:list", &classic, Moved::Not),
            ("at app:1 sha256:list", &containerd, Moved::Not),
            ("list app:1 sha256:arm sha256:config ", &classic, Moved::Not),
            (
                "at app:1 sha256:new ",
                &classic,
                Moved::To("sha256:list".into(), "sha256:new".into()),
            ),
            (
                "list app:1 sha256:new ",
                &classic,
                Moved::To("sha256:list".into(), "sha256:new".into()),
            ),
        ] {
            assert_eq!(tag(line).moved(image), moved, "{line}");
        }
        for (line, why) in [
            ("list app:1 sha256:new ", "has no buildx"),
            ("at app:1 ", "named no digest"),
            ("said r.io/app:1 unauthorized: no", "r.io wants a login"),
            ("said app:1 no such manifest: app:1", "docker.io has no such image any more"),
            ("said app:1 i/o timeout", "docker.io did not answer: i/o timeout"),
        ] {
            let Moved::Unknown(said) = tag(line).moved(&containerd) else { panic!("{line}") };
            assert!(said.contains(why), "{said}");
        }
    }
}
