//! *What is checked out on the host, and what would come in?*
//!
//! ```
//! # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
//! # let world = hemma_core::World::replay(r#"
//! # [scene]
//! # typed = "day2 checkout-location"
//! # origin = "hand"
//! # now = "2026-02-07T12:00:00Z"
//! # tool = "git 2.47.3"
//! # [[exchange]]
//! # kind = "checkout.look"
//! # asked = { host = "hemma", checkout = "~/apps/shop", branch = "main", asks_remote = false }
//! # answer = { missing = { dir = "/home/operator/apps/shop" } }
//! # "#.parse()?);
//! use hemma_git::checkout::{self, CheckoutSpec};
//!
//! // let world = World::local();
//! let spec = CheckoutSpec {
//!     host: "hemma".parse()?,
//!     checkout: "~/apps/shop".parse()?,
//!     remote: None,
//!     branch: "main".parse()?,
//! };
//! let report = checkout::verify(&world, &spec).await;
//! assert_eq!(report.findings[0].detail, "/home/operator/apps/shop does not exist");
//! # Ok::<(), Box<dyn std::error::Error>>(()) }).unwrap();
//! ```
//!
//! git is used as a command line on the host: it has no better interface, and only git itself reads
//! a repository reliably. The scripts are independent of the host's configuration and language
//! ([`checkout::GIT`]), and a credential of a remote is passed only on the script's standard input.
//!
//! | question | answer |
//! |---|---|
//! | [`LookCheckout`](checkout::LookCheckout) | which commit, which branch, what differs, what would come in |
//! | [`LookHistory`](checkout::LookHistory) | which commits touched which files since an older one |
//!
//! | change | does |
//! |---|---|
//! | [`Clone`](checkout::Clone) | clones the repository beside its place, and moves it there whole |
//! | [`Pull`](checkout::Pull) | moves the checkout forward to one commit |
//!
//! A [`Tree`] is a state of the repository, and gives the [`Workdir`](hemma_core::Workdir) for
//! scripts that look at it: a commit is extracted to a directory of its own, so that a look changes
//! nothing.
//!
//! # What it does not do
//!
//! It discards no work: a tree that cannot be moved forward is refused with the reason. It makes
//! and pushes no commits, and does not use working copies on this machine. It does not know the
//! meaning of the files in the repository.

pub mod checkout;
pub mod ids;
mod remedy;
mod tree;

pub use remedy::Remedy;
pub use tree::Tree;
