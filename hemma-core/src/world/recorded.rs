//! Worlds that are recorded, and those that are a recording.

use super::playback::Playback;
use super::tape::Tape;
use super::{Mode, World};
use crate::{Cassette, Exchange, Live, Scene};

impl World {
    /// Looks and changes for real, and writes all of it down; see [`World::cassette`].
    pub fn recording(live: Live) -> Self {
        Self::new(Mode::Recording(live, Tape::default()), jiff::Timestamp::now())
    }

    /// Answers from a cassette and from nothing else. What is not on it is an error.
    pub fn replay(cassette: Cassette) -> Self {
        let began = cassette.scene.now;
        Self::new(Mode::Replay(Playback::new(cassette)), began)
    }

    /// What was recorded so far, scrubbed and settled, as the cassette of `scene`. Empty unless
    /// recording.
    pub fn cassette(&self, scene: Scene) -> Cassette {
        let exchange = match &self.mode {
            Mode::Recording(_, tape) => tape.exchanges(),
            Mode::Live(_) | Mode::Replay(_) => Vec::new(),
        };
        Cassette { scene, exchange }.scrubbed().settled()
    }

    /// What the cassette holds that was never asked for. Empty unless replaying.
    pub fn unplayed(&self) -> Vec<Exchange> {
        match &self.mode {
            Mode::Replay(playback) => playback.unplayed(),
            Mode::Live(_) | Mode::Recording(..) => Vec::new(),
        }
    }
}
