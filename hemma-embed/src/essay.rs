//! The texts to send, and their length as JSON.

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::Model;

/// A text, and the task for which it was written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Essay {
    /// The text.
    pub text: String,
    /// The task. Some handcrafted features compare the text with it.
    pub prompt: String,
}

/// The features that `/v1/extract` returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FeatureSet {
    /// Vectors of the model.
    Embeddings,
    /// The 25 handcrafted features, computed from grammar and syntax.
    Handcrafted,
    /// Vectors and handcrafted features.
    Combined,
}

impl FeatureSet {
    /// Whether vectors of the model are included.
    pub fn embeds(self) -> bool {
        self != Self::Handcrafted
    }

    /// Whether handcrafted features are included.
    pub fn counts(self) -> bool {
        self != Self::Embeddings
    }
}

/// The results that a run asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    Embed,
    Extract(FeatureSet),
}

/// An essay with its index in the input.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    pub(crate) at: usize,
    pub(crate) essay: Essay,
}

#[derive(Serialize)]
struct EmbedBody<'a> {
    texts: Vec<&'a str>,
    model_name: &'a str,
    max_length: u32,
}

// The fields are in alphabetical order, in which the server serializes them to measure the body.
#[derive(Serialize)]
struct ExtractBody<'a> {
    feature_set: FeatureSet,
    prompts: Vec<&'a str>,
    texts: Vec<&'a str>,
}

impl Wanted {
    /// The body of a request. It names the model, so that a server with another one refuses.
    pub(crate) fn body(self, model: &Model, items: &[Item]) -> Bytes {
        let texts = || items.iter().map(|it| it.essay.text.as_str()).collect();
        let body = match self {
            Self::Embed => serde_json::to_vec(&EmbedBody {
                texts: texts(),
                model_name: &model.name,
                max_length: model.max_length,
            }),
            Self::Extract(feature_set) => serde_json::to_vec(&ExtractBody {
                feature_set,
                prompts: items.iter().map(|it| it.essay.prompt.as_str()).collect(),
                texts: texts(),
            }),
        };
        body.expect("strings and numbers are JSON").into()
    }

    /// The number of bytes that an item adds to the body, including its commas.
    pub(crate) fn bytes_of(self, essay: &Essay) -> usize {
        match self {
            Self::Embed => json_len(&essay.text) + 1,
            Self::Extract(_) => json_len(&essay.text) + json_len(&essay.prompt) + 2,
        }
    }
}

/// The length of a text as a JSON string, including the quotes.
fn json_len(text: &str) -> usize {
    let width = |byte: u8| match byte {
        b'"' | b'\\' | b'\n' | b'\r' | b'\t' | 0x08 | 0x0c => 2,
        0..0x20 => 6,
        _ => 1,
    };
    2 + text.bytes().map(width).sum::<usize>()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ALL: [Wanted; 4] = [
        Wanted::Embed,
        Wanted::Extract(FeatureSet::Embeddings),
        Wanted::Extract(FeatureSet::Handcrafted),
        Wanted::Extract(FeatureSet::Combined),
    ];

    fn item(text: &str, prompt: &str) -> Item {
        Item { at: 0, essay: Essay { text: text.to_owned(), prompt: prompt.to_owned() } }
    }

    #[test]
    fn bodies_are_as_the_contract_says() {
        let items = [item("Åäö 😀 – \"q\"\n", "P")];
        let body = |wanted: Wanted| wanted.body(&Model::default(), &items);
        assert_eq!(
            body(Wanted::Embed),
            "{\"texts\":[\"Åäö 😀 – \\\"q\\\"\\n\"],\
             \"model_name\":\"microsoft/deberta-v3-base\",\"max_length\":512}"
        );
        assert_eq!(
            body(Wanted::Extract(FeatureSet::Combined)),
            "{\"feature_set\":\"combined\",\"prompts\":[\"P\"],\
             \"texts\":[\"Åäö 😀 – \\\"q\\\"\\n\"]}"
        );
        // The Python client computes with these numbers.
        assert_eq!(Wanted::Embed.body(&Model::default(), &[]).len(), 70);
        assert_eq!(Wanted::Extract(FeatureSet::Combined).body(&Model::default(), &[]).len(), 50);
    }

    proptest! {
        #[test]
        fn the_budget_covers_the_body(
            essays in proptest::collection::vec(("[\\x00-\\x{2ff}😀]{0,20}", ".{0,9}"), 1..9)
        ) {
            let model = Model::default();
            let items: Vec<_> = essays.iter().map(|(text, prompt)| item(text, prompt)).collect();
            for wanted in ALL {
                let frame = wanted.body(&model, &[]).len();
                let budget = frame + items.iter().map(|it| wanted.bytes_of(&it.essay)).sum::<usize>();
                let spare = if wanted == Wanted::Embed { 1 } else { 2 };
                prop_assert_eq!(wanted.body(&model, &items).len() + spare, budget);
            }
        }
    }
}
