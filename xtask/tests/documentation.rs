//! The tables in the documentation agree with the program.

use std::process::Command;

#[test]
#[expect(clippy::disallowed_methods, reason = "the program itself is what is tested")]
fn the_tables_are_current() {
    let mut check = Command::new(env!("CARGO_BIN_EXE_hemma-xtask"));
    check.args(["dev", "tables", "--check"]).current_dir(env!("CARGO_MANIFEST_DIR"));
    let output = check.output().expect("it starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}
