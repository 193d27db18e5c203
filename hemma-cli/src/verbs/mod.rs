//! The everyday work, one file for each verb.

pub(crate) mod backup;
pub(crate) mod check_text;
pub(crate) mod completions;
pub(crate) mod config;
pub(crate) mod deploy;
pub(crate) mod embed;
pub(crate) mod env;
pub(crate) mod exec;
pub(crate) mod extract;
pub(crate) mod history;
pub(crate) mod init;
pub(crate) mod json_schema;
pub(crate) mod lock;
pub(crate) mod logs;
pub(crate) mod man;
pub(crate) mod plan;
pub(crate) mod prune;
pub(crate) mod rebuild;
pub(crate) mod registry;
pub(crate) mod restart;
pub(crate) mod rollback;
pub(crate) mod setup_shell;
pub(crate) mod status;
pub(crate) mod texts;
pub(crate) mod tunnel;
