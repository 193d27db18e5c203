//! Work under the host's lock.

use hemma_core::{Approval, Config, Progress, World};

use super::Error;
use crate::lock::{Acquire, Acquired, Holder, Release};

/// Does something under the host's lock, or says who has it. It is let go however the work ends, so
/// that the history knows that it did.
pub async fn locked<T, E: From<Error>>(
    world: &World,
    config: &Config,
    holder: &Holder,
    approval: &Approval,
    progress: &Progress,
    work: impl AsyncFnOnce() -> Result<T, E>,
) -> Result<T, E> {
    let (host, project) = (config.host.alias.clone(), config.compose.project.clone());
    let holder = holder.clone();
    let acquire = Acquire { host: host.clone(), project: project.clone(), holder };
    match world.apply(&acquire, approval, progress).await.map_err(Error::Lock)? {
        Acquired::Ours => {}
        Acquired::HeldBy(other) => return Err(Error::Locked(other).into()),
    }
    let done = work().await;
    let let_go = world.apply(&Release { host, project }, approval, progress).await;
    // What went wrong first is the cause of the rest.
    let done = done?;
    let_go.map_err(Error::Lock)?;
    Ok(done)
}
