//! A compose project as its files describe it, without an engine and without the values of `.env`.
//!
//! Compose itself resolves a project where it is at hand ([`LookHere`]), also without values. The
//! files alone are read where it is not, and to know the line of each value.
//!
//! [`LookHere`]: super::LookHere

mod database;
mod files;
mod layers;
mod line;
mod names;
mod project;
mod read;
mod variables;
mod yaml;

pub use database::DatabaseUse;
pub use line::{Line, Placed};
pub use names::{Proxy, PublicHost};
pub use project::{Outline, PublishedPort, ServiceOutline, VariableUse};

impl Outline {
    /// Reads compose files, the later over the earlier. `read` gives the text of a file of the
    /// repository; also for the files that they include or extend.
    pub fn of_files(files: &[&str], read: &dyn Fn(&str) -> Option<String>) -> Self {
        let (root, unread) = files::together(files, read);
        Self { unread, ..read::outline(&root) }
    }

    /// Reads what `docker compose config --no-interpolate --format json` prints.
    pub fn of_json(json: &str) -> Result<Self, String> {
        let json = serde_json::from_str(json).map_err(|it: serde_json::Error| it.to_string())?;
        Ok(read::outline(&yaml::Node::of_json(&json)))
    }
}

#[cfg(test)]
mod tests;
