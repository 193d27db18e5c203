//! The `.env` file and databases of hemma's libraries without the driver, on an application that is
//! made for these tests alone.

mod application;
mod databases;
mod env_file;
mod oracle;

#[path = "../../../hemma-deploy/tests/env_files/mod.rs"]
mod env_files;
