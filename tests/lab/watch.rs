//! What runs on the host, seen from the host itself, and what runs here.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::hemma::descendants;

/// Begins to write down, each once, the command lines on the host and what the operator's processes
/// have in their environment.
///
/// One process that looks all the time. A shell would start three for each that it looks at: it
/// would miss what lives for a moment, and slow down what it watches.
pub(crate) const BEGIN: &str = r#"
: > /run/watched; : > /run/watching
setsid perl -e '
  open my $out, ">>", "/run/watched"; $out->autoflush(1);
  my ($operator, %seen) = scalar getpwnam "operator";
  sub look { local $/; open my $file, "<", shift or return ""; readline($file) // "" }
  sub note { print $out "$_[0]\n" unless $seen{$_[0]}++ }
  while (-e "/run/watching") {
    for my $process (glob "/proc/[0-9]*") {
      note(look("$process/cmdline") =~ tr/\0/ /r);
      next unless ((stat $process)[4] // 0) == $operator;
      note($_) for split /\0/, look("$process/environ");
    }
    select undef, undef, undef, 0.01;
  }' </dev/null >/dev/null 2>&1 &"#;

/// The same at another pace, given in seconds.
pub(crate) fn begin(every: &str) -> String {
    BEGIN.replace("0.01", every)
}

/// Ends it. What was seen is in `/run/watched`.
pub(crate) const END: &str = "rm /run/watching";

/// The command lines with a mark in them, of the processes that this one has started.
pub(crate) struct Watch {
    ended: Arc<AtomicBool>,
    seen: Arc<Mutex<BTreeSet<String>>>,
    /// Gives the number of lines that were looked at.
    looks: JoinHandle<usize>,
}

impl Watch {
    /// Begins to look. Between two looks, the processes are left alone for `rest` at least.
    pub(crate) fn begin(mark: impl Into<String>, rest: Duration) -> Self {
        let mark = mark.into();
        let (ended, seen) = (Arc::new(AtomicBool::new(false)), Arc::default());
        let (stop, found) = (Arc::clone(&ended), Arc::<Mutex<BTreeSet<_>>>::clone(&seen));
        let looks = std::thread::spawn(move || {
            let mut looked_at = 0;
            while !stop.load(Ordering::Relaxed) {
                let began = Instant::now();
                let lines = descendants();
                looked_at += lines.len();
                let marked = lines.into_iter().filter(|it| it.contains(&mark));
                found.lock().expect("it does not panic").extend(marked);
                // A look goes through all processes of the machine, and must not slow it down.
                std::thread::sleep(rest.max(began.elapsed() * 9));
            }
            looked_at
        });
        Self { ended, seen, looks }
    }

    /// What was seen since this was asked last.
    pub(crate) fn taken(&self) -> BTreeSet<String> {
        std::mem::take(&mut *self.seen.lock().expect("it does not panic"))
    }

    /// Ends it, and gives what was seen since [`Watch::taken`] was asked last.
    pub(crate) fn end(self) -> BTreeSet<String> {
        self.ended.store(true, Ordering::Relaxed);
        let Self { seen, looks, .. } = self;
        let looked_at = looks.join().expect("it was watched");
        assert!(looked_at > 0, "nobody was watched");
        std::mem::take(&mut *seen.lock().expect("it does not panic"))
    }
}
