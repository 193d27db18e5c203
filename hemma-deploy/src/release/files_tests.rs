//! Files of variables are a part of a release: kept by their content, compared, and put back. The
//! scripts are for hosts, which run Linux.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use proptest::prelude::*;

use super::{Release, keep, look, restore};

const FILES: &str = "live.env\nconfig/api.env\ntracked.env";

/// A checkout, with a stand-in for `sudo` that runs its arguments and one for `docker`.
struct Place {
    home: tempfile::TempDir,
    commit: String,
}

impl Place {
    fn new() -> Self {
        let home = tempfile::tempdir().expect("a place");
        for (name, text) in [("sudo", "#!/bin/sh\nshift\nexec \"$@\"\n"), ("docker", "#!/bin/sh\n")]
        {
            let path = home.path().join("bin").join(name);
            std::fs::create_dir_all(home.path().join("bin")).expect("it is made");
            std::fs::write(&path, text).expect("it is written");
            let may_run = std::fs::Permissions::from_mode(0o755);
            std::fs::set_permissions(&path, may_run).expect("it is ours");
        }
        let mut place = Self { home, commit: String::new() };
        place.commit = place.sh(
            "set -e; mkdir apps; git init -q -b main apps/shop; cd apps/shop; mkdir config
            printf 'live.env\\nconfig/api.env\\n.env\\n' >.gitignore; echo T=1 >tracked.env
            git add -A; git commit -q -m one; git rev-parse HEAD",
            &[],
        );
        place
    }

    fn sh(&self, script: &str, words: &[&str]) -> String {
        #[expect(clippy::disallowed_methods, reason = "the scripts themselves are what is tested")]
        let mut command = Command::new("sh");
        for who in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{who}_NAME"), "a").env(format!("GIT_{who}_EMAIL"), "a@b");
        }
        let home = self.home.path();
        #[expect(clippy::disallowed_methods, reason = "the scripts' programs are found by it")]
        let path = std::env::var("PATH").unwrap_or_default();
        let homes = [("HOME", home), ("TMPDIR", home), ("XDG_STATE_HOME", &home.join("state"))];
        let ran = command
            .args(["-c", script, "sh"])
            .args(words)
            .current_dir(home)
            .envs(homes)
            .env("PATH", format!("{}:{path}", home.join("bin").display()))
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .output()
            .expect("there is a shell");
        assert!(ran.status.success(), "{script}\n{}", String::from_utf8_lossy(&ran.stderr));
        String::from_utf8_lossy(&ran.stdout).trim_end().to_owned()
    }

    fn file(&self, name: &str) -> PathBuf {
        self.home.path().join("apps/shop").join(name)
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.file(name), text).expect("it is written");
    }

    fn text(&self, name: &str) -> String {
        std::fs::read_to_string(self.file(name)).expect("it is there")
    }

    fn keep(&self, at: &str) {
        let commit = &self.commit;
        let record = format!("{{\"commit\":\"{commit}\",\"at\":\"{at}\",\"images\":[]}}");
        self.sh(&keep::script(), &["shop", commit, &record, "5", "~/apps/shop", "", FILES]);
    }

    /// The kept releases, newest first.
    fn releases(&self) -> Vec<Release> {
        look::read(&self.sh(&look::script(), &["shop", "~/apps/shop", "", FILES]))
    }

    fn restore(&self, release: &Release) -> restore::Restored {
        let words = ["shop", "~/apps/shop", &release.commit, "", "whole", release.id(), FILES];
        restore::read(&self.sh(&restore::script(), &words))
    }
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).expect("it is there").permissions().mode() & 0o777
}

#[test]
fn a_release_keeps_compares_and_restores_what_git_does_not_have() {
    let place = Place::new();
    place.write(".env", "E=1\n");
    place.write("live.env", "A=1\n");
    place.write("config/api.env", "B=hunter2\n");
    place.keep("2026-02-07T12:00:00Z");
    let [first] = &place.releases()[..] else { panic!("{:?}", place.releases()) };
    assert!(first.has_its_files(), "{first:?}");
    let own =
        place.home.path().join("state/hemma/shop/releases").join(format!("{}.files", first.id()));
    assert_eq!(mode(&own.join("live.env")), 0o600, "its owner alone reads it");
    assert!(!own.join("tracked.env").exists(), "the commit has it");

    place.write("live.env", "A=2\nC=1\n");
    place.write("tracked.env", "T=2\n");
    let [seen] = &place.releases()[..] else { panic!("there is one") };
    assert!(!seen.has_its_files());
    let words: Vec<_> =
        seen.files.iter().map(|it| format!("{} {}", it.file, it.change.words())).collect();
    assert_eq!(words, ["live.env A changed, C added"]);
    place.write("tracked.env", "T=1\n");
    place.keep("2026-02-08T12:00:00Z");
    let [second, again] = &place.releases()[..] else { panic!("there are two") };
    assert!(second.has_its_files() && again.id() == first.id() && second.id() != first.id());

    std::fs::remove_file(place.file("config/api.env")).expect("it was there");
    let restored = place.restore(again);
    assert_eq!(
        (place.text("live.env"), place.text("config/api.env")),
        ("A=1\n".into(), "B=hunter2\n".into())
    );
    assert!(!restored.env, "the .env was the release's own");
    let names: Vec<_> = restored.files.iter().map(|it| (it.0.as_str(), it.1.is_some())).collect();
    assert_eq!(names, [("live.env", true), ("config/api.env", false)]);
    let kept = restored.files[0].1.as_ref().expect("a copy");
    assert_eq!(std::fs::read_to_string(kept).expect("it is there"), "A=2\nC=1\n");
    assert!(place.releases().iter().any(|it| it.id() == first.id() && it.has_its_files()));
    assert_eq!(place.restore(again), restore::Restored::default(), "a second time changes nothing");
}

#[test]
fn a_release_without_other_files_has_the_id_that_it_had() {
    let place = Place::new();
    place.keep("2026-02-07T12:00:00Z");
    assert_eq!(place.releases()[0].id(), place.commit);
    place.write(".env", "E=1\n");
    place.keep("2026-02-08T12:00:00Z");
    let digest = place.sh("printf 'E=1\\n' | sha256sum | cut -c1-12", &[]);
    assert_eq!(place.releases()[0].id(), format!("{}-{digest}", place.commit));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn the_id_of_a_release_is_by_content(a in "[A-C]=[a-c]{0,2}\n", b in "[A-C]=[a-c]{0,2}\n") {
        let place = Place::new();
        place.write("live.env", &a);
        place.keep("2026-02-07T12:00:00Z");
        place.write("live.env", &b);
        place.keep("2026-02-08T12:00:00Z");
        let releases = place.releases();
        prop_assert_eq!(releases.len(), if a == b { 1 } else { 2 });
        prop_assert!(releases[0].has_its_files());
        place.restore(&releases[releases.len() - 1]);
        prop_assert_eq!(place.text("live.env"), a);
    }
}
