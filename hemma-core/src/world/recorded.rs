//! Worlds that record, and worlds that replay.

use super::playback::Playback;
use super::tape::Tape;
use super::{Mode, World};
use crate::{Cassette, Exchange, Live, Scene};

impl World {
    /// A world that looks and changes for real and records everything; see [`World::cassette`].
    pub fn recording(live: Live) -> Self {
        Self::new(Mode::Recording(live, Tape::default()), jiff::Timestamp::now())
    }

    /// A world that answers only from a cassette. A question that is not in it is an error.
    pub fn replay(cassette: Cassette) -> Self {
        let began = cassette.scene.now;
        Self::new(Mode::Replay(Playback::new(cassette)), began)
    }

    /// The recording so far, scrubbed and settled, as the cassette of `scene`. It is empty in other
    /// modes.
    pub fn cassette(&self, scene: Scene) -> Cassette {
        let exchange = match &self.mode {
            Mode::Recording(_, tape) => tape.exchanges(),
            Mode::Live(_) | Mode::Replay(_) => Vec::new(),
        };
        Cassette { scene, exchange }.scrubbed().settled()
    }

    /// The exchanges of the cassette that were not asked for. Empty in other modes.
    pub fn unplayed(&self) -> Vec<Exchange> {
        match &self.mode {
            Mode::Replay(playback) => playback.unplayed(),
            Mode::Live(_) | Mode::Recording(..) => Vec::new(),
        }
    }
}
