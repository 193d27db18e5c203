//! The practice host of `--lab`, for programs that have one.

use std::path::PathBuf;
use std::pin::Pin;

use hemma_core::Progress;

use crate::Failure;

/// A host to practise on, which `--lab` brings up and works on.
pub trait PracticeHost: 'static {
    /// Brings the host up, and returns the `hemma.toml` that leads to it.
    fn up(progress: &Progress) -> impl Future<Output = Result<PathBuf, Failure>>;

    /// The directory of the host's own files on this machine, whether or not it is up. It has the
    /// history of the host.
    fn directory() -> Option<PathBuf>;
}

type ComingUp<'p> = Pin<Box<dyn Future<Output = Result<PathBuf, Failure>> + 'p>>;

/// A practice host as a value, without its type.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Practice {
    up: for<'p> fn(&'p Progress) -> ComingUp<'p>,
    directory: fn() -> Option<PathBuf>,
}

impl Practice {
    pub(crate) const fn of<H: PracticeHost>() -> Self {
        Self { up: up_of::<H>, directory: H::directory }
    }

    pub(crate) async fn up(self, progress: &Progress) -> Result<PathBuf, Failure> {
        (self.up)(progress).await
    }

    pub(crate) fn directory(self) -> Option<PathBuf> {
        (self.directory)()
    }
}

fn up_of<H: PracticeHost>(progress: &Progress) -> ComingUp<'_> {
    Box::pin(H::up(progress))
}
