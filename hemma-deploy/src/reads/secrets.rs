//! Secrets that one service signs with and another verifies with.

use std::collections::BTreeMap;

use hemma_docker::compose::Spot;

use super::notice::{Notice, Noticed};
use super::project::Service;
use super::scene::{Scene, Seen};

/// What signs a token.
const SIGNS: [&str; 6] = [
    "jwt.encode(",
    "jwt.sign(",
    "SignJWT(",
    "JWT.encode",
    "jwt.NewWithClaims",
    "jsonwebtoken::encode",
];

/// What verifies a token.
const VERIFIES: [&str; 6] =
    ["jwt.decode(", "jwt.verify(", "jwtVerify(", "JWT.decode", "jwt.Parse", "jsonwebtoken::decode"];

pub(super) fn notices(scene: &Scene<'_>) -> Vec<Noticed> {
    let signers = find(scene, &SIGNS);
    let verifiers = find(scene, &VERIFIES);
    let mut found = Vec::new();
    for (signer, spot) in &signers {
        let others = verifiers.iter().filter(|it| it.0.service.name != signer.service.name);
        let mut lacks: BTreeMap<&str, Vec<&Seen<'_>>> = BTreeMap::new();
        for (verifier, _) in others {
            for variable in verifier.service.variables.keys().filter(|it| is_secret(it)) {
                match standing(signer.service, verifier.service, variable) {
                    Standing::Shared => {}
                    Standing::Differs => {
                        let services =
                            vec![signer.service.name.clone(), verifier.service.name.clone()];
                        let notice = Notice::SecretsDiffer { services, variable: variable.clone() };
                        let places = [&signer.service.name, &verifier.service.name];
                        let places = places.map(|it| scene.repository.compose_spot(it, variable));
                        found.push(Noticed::new(notice, places.into_iter().flatten()));
                    }
                    Standing::Lacks => lacks.entry(variable).or_default().push(verifier),
                }
            }
        }
        for (variable, verifiers) in lacks {
            let names: Vec<String> = verifiers.iter().map(|it| it.service.name.clone()).collect();
            let places = names.first().and_then(|it| scene.repository.compose_spot(it, variable));
            let signer = signer.service.name.clone();
            let notice =
                Notice::SecretNotGiven { signer, verifiers: names, variable: variable.to_owned() };
            found.push(Noticed::new(notice, std::iter::once(spot.clone()).chain(places)));
        }
    }
    found
}

/// The services that have one of these calls in sources of their own, and where.
fn find<'s>(scene: &'s Scene<'_>, calls: &[&str]) -> Vec<(&'s Seen<'s>, Spot)> {
    let own = |seen: &Seen<'_>, file: &str| {
        let others = scene.built().filter(|it| it.service.name != seen.service.name);
        !others.into_iter().any(|it| it.has(file))
    };
    let of = |seen: &'s Seen<'s>| {
        let mut lines = scene.lines(seen);
        let calls = |text: &str| calls.iter().any(|it| text.contains(it));
        let line =
            lines.find(|it| calls(&it.text) && !is_comment(&it.text) && own(seen, &it.file))?;
        Some((seen, line.spot()))
    };
    scene.built().filter_map(of).collect()
}

fn is_comment(text: &str) -> bool {
    ["#", "//", "*"].iter().any(|it| text.trim_start().starts_with(it))
}

/// Whether the name of a variable says that tokens are signed with it.
fn is_secret(name: &str) -> bool {
    let has = |words: &[&str]| words.iter().any(|it| name.contains(it));
    has(&["JWT", "TOKEN", "SIGNING"])
        && has(&["SECRET", "SIGNING_KEY", "JWT_KEY"])
        && !has(&["PUBLIC", "PATH", "FILE"])
}

enum Standing {
    Shared,
    Differs,
    Lacks,
}

/// How the signer has the secret of a verifier.
fn standing(signer: &Service, verifier: &Service, variable: &str) -> Standing {
    let value = &verifier.variables[variable];
    match signer.variables.get(variable) {
        Some(own) if own == value || own.is_empty() || value.is_empty() => Standing::Shared,
        Some(_) => Standing::Differs,
        None if value.is_empty() || signer.variables.values().any(|it| it == value) => {
            Standing::Shared
        }
        // It may have a key of its own, whose public part the others have.
        None if signer.has_secrets || signer.variables.keys().any(|it| is_key(it)) => {
            Standing::Shared
        }
        None => Standing::Lacks,
    }
}

fn is_key(name: &str) -> bool {
    let has = |words: &[&str]| words.iter().any(|it| name.contains(it));
    has(&["PRIVATE_KEY", "JWKS", "SIGNING"]) || (has(&["JWT", "TOKEN"]) && has(&["KEY", "SECRET"]))
}
