//! The published crates as packaged, and the fuzz targets: a workspace below `target`, whose
//! third-party crates are those that were compiled before.

use std::path::Path;

use hemma_core::Command;
use toml::{Table, Value};

use super::super::workspace::{self, Error};

/// The directory of the unpacked packages.
const PLACE: &str = "target/packaged";

/// A replacement for the crate of this name, whose C++ needs a compiler of its own and whose build
/// compiles ring once more. A target that is not linked uses only its macro.
const LIBFUZZER: &str = "libfuzzer-sys";
const LIBFUZZER_MANIFEST: &str =
    "[package]\nname = \"libfuzzer-sys\"\nversion = \"0.4.99\"\nedition = \"2024\"\n";
const LIBFUZZER_MACRO: &str = "#[macro_export]\nmacro_rules! fuzz_target {\n    \
    (|$data:ident: $kind:ty| $body:expr) => { pub fn target($data: $kind) { let _ = $body; } };\n}\n";

/// The commands to run when the workspace is laid out. `target` is where cargo compiles.
pub(super) fn commands(root: &Path, target: &str) -> Result<Vec<Command>, Error> {
    let names = workspace::published(root)?;
    let package =
        Command::new("cargo").args(["package", "--quiet", "--allow-dirty", "--no-verify"]);
    let package = package.args(names.iter().flat_map(|it| ["--package", it]));
    let unpack = "for it in target/package/*.crate; do tar -xzf \"$it\" -C \"$1\" || exit; done";
    let check = "-n 19 cargo check --quiet --workspace --lib --bins --tests --target-dir";
    let manifest = format!("{PLACE}/Cargo.toml");
    let check =
        Command::new("nice").args(check.split(' ')).args([target, "--manifest-path", &manifest]);
    let mut commands = vec![package, Command::script(unpack, [PLACE]), check];
    commands.extend(names.iter().filter(|it| fuzz(root, it).is_file()).map(|it| {
        let lock = ["update", "--quiet", "--workspace", "--locked", "--manifest-path"];
        Command::new("cargo").args(lock).arg(fuzz(root, it).display().to_string())
    }));
    Ok(commands)
}

/// Writes the manifest of the workspace, which the packages do not have.
pub(super) fn lay_out(root: &Path) -> Result<(), Error> {
    let place = root.join(PLACE);
    for old in [&place, &root.join("target/package")] {
        workspace::remove(old)?;
    }
    let whole = workspace::manifest(&root.join("Cargo.toml"))?;
    let version = whole.get("workspace").and_then(|it| it.get("package")?.get("version")?.as_str());
    let unpacked = |name: &str| format!("{name}-{}", version.unwrap_or_default());
    let names = workspace::published(root)?;
    let mut members: Vec<Value> = names.iter().map(|it| unpacked(it).into()).collect();
    for name in names.iter().filter(|it| fuzz(root, it).is_file()) {
        let targets = fuzz_targets(root, name, unpacked)?;
        workspace::write(&place.join(format!("{name}-fuzz/Cargo.toml")), &targets.to_string())?;
        members.push(format!("{name}-fuzz").into());
    }
    let libfuzzer = place.join(LIBFUZZER);
    workspace::write(&libfuzzer.join("Cargo.toml"), LIBFUZZER_MANIFEST)?;
    workspace::write(&libfuzzer.join("src/lib.rs"), LIBFUZZER_MACRO)?;
    let path = |it: String| Value::from(Table::from_iter([("path".to_owned(), it.into())]));
    let mut replaced: Table = names.iter().map(|it| (it.clone(), path(unpacked(it)))).collect();
    replaced.insert(LIBFUZZER.to_owned(), path(LIBFUZZER.to_owned()));
    let own = Table::from_iter([
        ("resolver".to_owned(), "3".into()),
        ("members".to_owned(), members.into()),
    ]);
    let manifest = Table::from_iter([
        ("workspace".to_owned(), own.into()),
        ("patch".to_owned(), Table::from_iter([("crates-io".to_owned(), replaced.into())]).into()),
        ("profile".to_owned(), whole.get("profile").cloned().unwrap_or(Table::new().into())),
    ]);
    workspace::write(&place.join("Cargo.toml"), &manifest.to_string())?;
    workspace::write(&place.join("Cargo.lock"), &workspace::read(&root.join("Cargo.lock"))?)
}

fn fuzz(root: &Path, name: &str) -> std::path::PathBuf {
    root.join(name).join("fuzz/Cargo.toml")
}

/// The manifest of a crate's fuzz targets, as a member that fuzzes the unpacked crate.
fn fuzz_targets(
    root: &Path,
    name: &str,
    unpacked: impl Fn(&str) -> String,
) -> Result<Table, Error> {
    let file = fuzz(root, name);
    let mut manifest = workspace::manifest(&file)?;
    manifest.remove("workspace");
    let dependencies = manifest.get_mut("dependencies").and_then(Value::as_table_mut);
    for (name, dependency) in dependencies.into_iter().flatten() {
        if let Some(path) = dependency.get_mut("path") {
            *path = format!("../{}", unpacked(name)).into();
        }
    }
    let bins = manifest.get_mut("bin").and_then(Value::as_array_mut);
    for path in bins.into_iter().flatten().filter_map(|it| it.get_mut("path")) {
        let source = file.with_file_name(path.as_str().unwrap_or_default());
        *path = source.display().to_string().into();
    }
    Ok(manifest)
}
