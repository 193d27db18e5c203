//! The recording of one scene: what was typed, the questions, the answers, and their origin.
//!
//! In memory each exchange has its whole answer. In a file it has the whole answer, or the
//! difference from the last answer to the same question (or else to another question of the same
//! kind). `delta.rs` defines the paths of a difference.

mod answers;
mod delta;
mod error;
mod layout;
mod order;
mod placeholders;
mod recording;
mod stored;
mod text;

use std::fmt;
use std::path::Path;
use std::str::FromStr;

pub use error::CassetteError;
pub use recording::{Cassette, Exchange, Origin, Scene};
use stored::Stored;

impl Cassette {
    /// Reads the cassette of a file, with the base that the file names.
    pub fn read(file: impl AsRef<Path>) -> Result<Self, CassetteError> {
        let file = file.as_ref();
        let text = text_of(file)?;
        let stored = Stored::read(&text).map_err(|it| it.in_file(file))?;
        let base = match &stored.base {
            Some(base) => {
                let path = file.parent().unwrap_or(file).join(base.get_ref());
                let base = text_of(&path)?.parse::<Self>();
                Some(base.map_err(|it| it.in_file(&path))?)
            }
            None => None,
        };
        stored.expanded(&text, base.as_ref()).map_err(|it| it.in_file(file))
    }

    /// The text of the cassette as the difference from a base. `name` is the path of the base,
    /// relative to the directory of the file that the text is written to.
    pub fn text_on(&self, name: &str, base: &Self) -> Result<String, CassetteError> {
        let unwritable = |_| CassetteError::new("it holds a number that TOML cannot represent");
        text::of(self, Some((name, base))).map_err(unwritable)
    }

    /// The cassette in a form that does not depend on the run: concurrent exchanges are sorted by
    /// question, and ids, digests and process ids are derived from the place where they appear
    /// first.
    #[must_use]
    pub fn settled(self) -> Self {
        let mut exchange = order::in_rounds(self.exchange);
        placeholders::put_into(&mut exchange);
        Self { exchange, ..self }
    }

    /// The cassette without durations, for a scene that does not show them.
    #[must_use]
    pub fn without_durations(mut self) -> Self {
        self.exchange.iter_mut().for_each(|it| it.took_ms = 0);
        self
    }

    /// The cassette with times in whole seconds, which is the precision that a scene shows.
    #[must_use]
    pub fn in_seconds(mut self) -> Self {
        self.exchange.iter_mut().for_each(|it| it.at_ms -= it.at_ms % 1000);
        self
    }
}

fn text_of(file: &Path) -> Result<String, CassetteError> {
    let unreadable = |it| CassetteError::new(format_args!("it cannot be read: {it}"));
    std::fs::read_to_string(file).map_err(|it| unreadable(it).in_file(file))
}

/// Reads a cassette that has no base.
impl FromStr for Cassette {
    type Err = CassetteError;

    fn from_str(text: &str) -> Result<Self, CassetteError> {
        let stored = Stored::read(text)?;
        if let Some(base) = &stored.base {
            let reason = format!("it needs its base `{}` to be read", base.get_ref());
            return Err(CassetteError::at(text, base.span().start, reason));
        }
        stored.expanded(text, None)
    }
}

impl fmt::Display for Cassette {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&text::of(self, None)?)
    }
}
