//! What is expected of the answer at a public name.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Parts, Reply};

/// The field by which a service says its own name. It is read from each reply.
const SERVICE: &str = "service";
/// The field by which a service says how it is.
const STATUS: &str = "status";

/// The expected answer. Without any of these, a status code of 200 to 299 or a redirect within the
/// name is expected.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Expect {
    /// The status codes, each of which is right.
    pub status: Vec<u16>,
    /// Headers with their values.
    pub header: BTreeMap<String, String>,
    /// A text in the body.
    pub text: Option<String>,
    /// Fields of a JSON body with their values, by name or by a pointer (`/checks/database`).
    pub json: BTreeMap<String, String>,
}

impl Expect {
    /// A body that says that it is of this service.
    pub fn service(name: impl Into<String>) -> Self {
        Self { json: [(SERVICE.to_owned(), name.into())].into(), ..Self::default() }
    }

    /// The name that the service should give itself.
    pub(super) fn own_name(&self) -> Option<&str> {
        self.json.get(SERVICE).map(String::as_str)
    }

    /// Whether the service's own word about how it is counts as expected.
    pub(super) fn takes_health(&self) -> bool {
        self.json.contains_key(STATUS)
    }

    /// The parts of a reply to look at. The service's name is in each reply.
    pub(super) fn parts(&self) -> Parts {
        Parts {
            headers: self.header.keys().cloned().collect(),
            json: self.json.keys().filter(|it| *it != SERVICE).cloned().collect(),
            text: self.text.clone(),
        }
    }

    /// What the reply lacks, in words; `None` where it has everything but the service's name, which
    /// is judged apart.
    pub(super) fn unmet(&self, reply: &Reply) -> Option<String> {
        let differs = |what: &str, name: &str, wanted: &str, seen: Option<&String>| match seen {
            Some(seen) if seen == wanted => None,
            Some(seen) => Some(format!("{what} `{name}` is `{seen}`; expected is `{wanted}`")),
            None => Some(format!("it has no {what} `{name}`; expected is `{wanted}`")),
        };
        let (headers, json) = (&reply.parts.headers, &reply.parts.json);
        let mut of_headers =
            self.header.iter().filter_map(|it| differs("header", it.0, it.1, headers.get(it.0)));
        let fields = self.json.iter().filter(|it| it.0 != SERVICE);
        let mut of_fields = fields.filter_map(|it| differs("field", it.0, it.1, json.get(it.0)));
        let of_text = || {
            let text = self.text.as_ref().filter(|_| !reply.parts.has_text)?;
            Some(format!("its body does not have the text `{text}`"))
        };
        of_headers.next().or_else(|| of_fields.next()).or_else(of_text)
    }
}
