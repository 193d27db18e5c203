//! A dump into a file on this machine.

use std::fs::{DirBuilder, File};
use std::io::Write;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::time::{Duration, Instant};

use hemma_core::{Live, Progress};
use tempfile::NamedTempFile;

use super::evidence::Evidence;
use super::{BackupError, Dump, Dumped, script};

/// How often the progress is reported.
const TELL_EVERY: Duration = Duration::from_millis(500);

const DUMP: &str = "dump\n";

impl Dump {
    pub(super) async fn to_here(
        &self,
        live: &Live,
        directory: &Path,
        progress: &Progress,
    ) -> Result<Dumped, BackupError> {
        let path = directory.join(&self.file);
        let shown = path.display().to_string();
        if path.symlink_metadata().is_ok() {
            return Err(BackupError::Exists { path: shown });
        }
        let mut file = self.beside(directory).map_err(|it| BackupError::file(&shown, &it))?;
        let command = script::command(DUMP, (&self.server, &self.database, self.format), []);
        let (mut seen, mut told) = (Evidence::default(), Instant::now());
        let output = live
            .stream(&self.server.host, &command, |piece| {
                file.write_all(piece)?;
                seen.see(piece);
                if told.elapsed() >= TELL_EVERY {
                    told = Instant::now();
                    self.tell(progress, seen.bytes);
                }
                Ok(())
            })
            .await
            .map_err(|it| self.cut(it, &shown))?;
        if !output.success() {
            return Err(self.failed(&shown, &output));
        }
        seen.objection(self.format).map_or(Ok(()), |it| Err(self.incomplete(it)))?;
        let file = synced(file).await.map_err(|it| BackupError::file(&shown, &it))?;
        match file.persist_noclobber(&path) {
            Ok(_) => Ok(Dumped { path: shown, bytes: seen.bytes }),
            Err(error) if error.error.kind() == std::io::ErrorKind::AlreadyExists => {
                Err(BackupError::Exists { path: shown })
            }
            Err(error) => Err(BackupError::file(&shown, &error.error)),
        }
    }

    /// Makes a temporary file that only its owner can read from the first byte, and that is removed
    /// on drop.
    fn beside(&self, directory: &Path) -> std::io::Result<NamedTempFile> {
        DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
        tempfile::Builder::new().prefix(&format!(".{}.", self.file)).tempfile_in(directory)
    }
}

/// Syncs the file: after a power failure its name must not belong to an empty file.
async fn synced(file: NamedTempFile) -> std::io::Result<NamedTempFile> {
    let sync = move || File::sync_all(file.as_file()).map(|()| file);
    tokio::task::spawn_blocking(sync).await.map_err(std::io::Error::other)?
}
