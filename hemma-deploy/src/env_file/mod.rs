//! The `.env` file of the compose project: judged without its values leaving the parser.
//!
//! Runbook: day 2, step 3.

mod compare;
mod error;
mod header;
mod headers;
mod judge;
mod look;
mod project;
mod read;
mod template;
mod verify;
mod write;

pub use compare::{Difference, compare_with_example};
pub use error::{DraftError, Error, WriteError};
pub use header::Header;
pub use headers::{Headers, HeadersError, LookHeaders};
pub use hemma_docker::compose::dotenv::{
    EnvFile, Obstacle, ParseError, SetError, Surroundings, with_value,
};
pub use judge::{Flaws, RequiredBy, Requirement, judge};
pub use look::{EnvAnswer, EnvError, GitView, Judged, LookEnv};
pub(crate) use project::project_remark;
pub use project::{LookProjectName, settle_project};
pub(crate) use read::from_hex;
pub(crate) use template::template_remark;
pub(crate) use verify::{beside_deploy, explains, look_at_file, stops_deploy, unknown};
pub use verify::{findings, verify};
pub use write::{Draft, FetchText, WriteEnv, Written, draft, set, would_change, write};
