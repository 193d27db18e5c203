//! The current size of a terminal.

use rustix::termios::{Winsize, tcgetwinsize};

/// Columns and rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Size {
    pub(super) columns: usize,
    pub(super) rows: usize,
}

#[expect(clippy::disallowed_methods, reason = "nothing is written")]
pub(super) fn of_output() -> Option<Size> {
    read(tcgetwinsize(std::io::stdout()))
}

#[expect(clippy::disallowed_methods, reason = "nothing is written")]
pub(super) fn of_errors() -> Option<Size> {
    read(tcgetwinsize(std::io::stderr()))
}

/// The size. A terminal that does not know it reports 0.
fn read(size: rustix::io::Result<Winsize>) -> Option<Size> {
    let Winsize { ws_row, ws_col, .. } = size.ok()?;
    let known = ws_col > 0 && ws_row > 0;
    known.then(|| Size { columns: ws_col.into(), rows: ws_row.into() })
}
