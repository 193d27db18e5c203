//! The names that exist, for an operator who typed another one.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Hint;

/// The similarity from which a name counts as a typing mistake, on the scale of Jaro and Winkler.
const ALIKE: f64 = 0.85;

/// The minimum length of a part; shorter ones are in many names.
const PART_CHARS_MIN: usize = 3;

/// The names that exist; those that may have been meant come first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suggestions {
    names: Vec<String>,
    nearest: Option<String>,
}

impl Suggestions {
    /// The names that exist, sorted for an operator who typed `asked`, which is not one of them.
    pub fn new<S: Into<String>>(asked: &str, names: impl IntoIterator<Item = S>) -> Self {
        let names = names.into_iter().map(Into::into);
        let mut rated: Vec<(f64, String)> = names.map(|it| (likeness(asked, &it), it)).collect();
        // Names that are not similar keep their order.
        let rate = |it: f64| if it < ALIKE { 0.0 } else { it };
        rated.sort_by(|(one, _), (other, _)| rate(*other).total_cmp(&rate(*one)));
        let nearest = rated.first().filter(|(rate, _)| *rate >= ALIKE).map(|(_, it)| it.clone());
        Self { names: rated.into_iter().map(|(_, it)| it).collect(), nearest }
    }

    /// The name that may have been meant.
    pub fn nearest(&self) -> Option<&str> {
        self.nearest.as_deref()
    }

    /// A hint with the name that may have been meant and a way to see all names.
    pub fn hint(&self, all: impl Into<Hint>) -> Hint {
        let all = all.into();
        match self.nearest() {
            Some(name) => Hint::DidYouMean { name: name.to_owned(), all: Box::new(all) },
            None => all,
        }
    }
}

impl fmt::Display for Suggestions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.names.len() {
            0 => f.write_str("there is none"),
            1 => write!(f, "there is {}", self.names[0]),
            _ => write!(f, "there are {}", self.names.join(", ")),
        }
    }
}

fn likeness(asked: &str, name: &str) -> f64 {
    let (asked, name) = (asked.to_lowercase(), name.to_lowercase());
    let is_part =
        |part: &str, whole: &str| part.chars().count() >= PART_CHARS_MIN && whole.contains(part);
    if is_part(&asked, &name) || is_part(&name, &asked) {
        return 1.0;
    }
    strsim::jaro_winkler(&asked, &name)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SERVICES: [&str; 4] = ["api_gateway_service", "content_service", "kafka", "redis"];

    #[test]
    fn what_may_have_been_meant_comes_first() {
        let rows = [
            (
                "redsi",
                Some("redis"),
                "there are redis, api_gateway_service, content_service, kafka",
            ),
            ("content_servce", Some("content_service"), "there are content_service, "),
            ("gateway", Some("api_gateway_service"), "there are api_gateway_service, "),
            ("Kafka", Some("kafka"), "there are kafka, "),
            ("my-redis", Some("redis"), "there are redis, "),
            ("nginx", None, "there are api_gateway_service, content_service, kafka, redis"),
            ("", None, "there are api_gateway_service, "),
            ("_s", None, "there are api_gateway_service, "),
        ];
        for (asked, nearest, words) in rows {
            let known = Suggestions::new(asked, SERVICES);
            assert_eq!(known.nearest(), nearest, "{asked}");
            assert!(known.to_string().starts_with(words), "{asked}: {known}");
        }
    }

    #[test]
    fn the_hint_asks_only_where_something_is_near() {
        let all = || Hint::Run("docker ps".to_owned());
        let near = Suggestions::new("redsi", SERVICES).hint(all());
        let name = "redis".to_owned();
        assert_eq!(near, Hint::DidYouMean { name, all: Box::new(all()) });
        assert_eq!(near.to_string(), "did you mean `redis`? otherwise, run `docker ps`");
        assert_eq!(Suggestions::new("nginx", SERVICES).hint(all()), all());
        assert_eq!(Suggestions::new("nginx", [""; 0]).to_string(), "there is none");
    }
}
