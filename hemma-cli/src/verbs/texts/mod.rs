//! Files of texts for the research verbs, and the progress through them.

mod input;
mod options;
mod record;
mod tally;

pub(crate) use input::{Input, Wanted};
pub(crate) use options::{
    ClientOptions, behind, failed_run, is_a_place, no_connection, offload_server,
};
pub(crate) use record::{Columns, Format};
pub(crate) use tally::Tally;
