//! Files that use each other in a circle: none of them can be read without the others.
//!
//! A module that only declares its children and passes their items on is in no circle with them: a
//! name that it passes on belongs to the file that defines it.

mod names;

use std::collections::{BTreeMap, BTreeSet};

use crate::source::{Piece, pieces, read, rust_files, without_tests};
use names::{Used, imports, paths};

/// The circles that are left: crate, files, reason. A new one fails, and one that is gone has to go
/// from here, too.
const LEFT: [(&str, &str, &str); 6] = [
    (
        "hemma-deploy",
        "preflight/builder preflight/sources",
        "the sources know whether the builder can build them, by its rule, which reads the sources",
    ),
    (
        "hemma-docker",
        "compose/build_spec compose/model compose/reading",
        "a build is read as a part of the model that has it",
    ),
    (
        "hemma-docker",
        "compose/masked compose/variables_said",
        "one kind of message is masked by the rules of all",
    ),
    (
        "hemma-tls",
        "issuance/read issuance/round",
        "a round is read from the log of which it is a part",
    ),
    (
        "hemma-dns",
        "records records/evidence",
        "the judgement of a name asks for the evidence of each vantage, which is about its target",
    ),
    (
        "xtask",
        " dev dev/record dev/tables",
        "the program has the tools that record it and that write the tables of its commands",
    ),
];

#[test]
fn files_do_not_use_each_other_in_a_circle() {
    let mut found = BTreeSet::new();
    for package in packages() {
        let crate_ = Crate::read(&package);
        found.extend(crate_.circles().into_iter().map(|it| (package.clone(), it.join(" "))));
    }
    let left = LEFT.map(|(package, files, _)| (package.to_owned(), files.to_owned()));
    let left = BTreeSet::from(left);
    let new: Vec<_> = found.difference(&left).collect();
    let gone: Vec<_> = left.difference(&found).collect();
    assert!(new.is_empty(), "these files use each other: {new:#?}; no longer: {gone:#?}");
    assert!(gone.is_empty(), "LEFT has circles that are gone: {gone:#?}");
}

/// The crates with more than one file.
fn packages() -> BTreeSet<String> {
    let files = rust_files().into_iter();
    files.filter_map(|it| Some(it.split_once("/src/")?.0.to_owned())).collect()
}

/// The path of a module below its crate: `["live", "session"]`.
type Path = Vec<String>;

struct Crate {
    modules: BTreeMap<Path, Module>,
}

struct Module {
    code: String,
    imports: Vec<Used>,
}

impl Crate {
    fn read(package: &str) -> Self {
        let below = format!("{package}/src/");
        let modules = rust_files().into_iter().filter_map(|file| {
            let path = path_of(file.strip_prefix(&below)?)?;
            let text = read(&file);
            let text = without_tests(&file, &text).join("\n");
            Some((path, Module::of(&text)))
        });
        Self { modules: modules.collect() }
    }

    /// The groups of files that can be reached from each other, as `live/session`.
    fn circles(&self) -> Vec<Vec<String>> {
        let edges: BTreeMap<&Path, BTreeSet<Path>> =
            self.modules.iter().map(|(path, module)| (path, self.needs(path, module))).collect();
        let reached: BTreeMap<&Path, BTreeSet<Path>> =
            self.modules.keys().map(|it| (it, reached(it, &edges))).collect();
        let mut circles = BTreeSet::new();
        for path in self.modules.keys().filter(|it| reached[*it].contains(*it)) {
            let others = reached[path].iter().filter(|it| reached[*it].contains(path));
            circles.insert(others.map(|it| it.join("/")).collect::<Vec<_>>());
        }
        circles.into_iter().filter(|it| it.len() > 1).collect()
    }

    /// The other modules whose items a module uses.
    fn needs(&self, own: &Path, module: &Module) -> BTreeSet<Path> {
        let mut modules = BTreeMap::new();
        let mut needs = BTreeSet::new();
        for used in &module.imports {
            match self.resolve(own, &used.path, 0) {
                Some(Found::Module(it)) => {
                    modules.insert(used.name.clone(), it);
                }
                Some(Found::ItemOf(it)) if !used.is_public => {
                    needs.insert(it);
                }
                _ => (),
            }
        }
        for path in paths(&module.code) {
            let (first, rest) = path.split_first().expect("a path has names");
            let found = match modules.get(first) {
                Some(module) => self.below(module.clone(), rest, 0),
                None => self.resolve(own, &path, 0),
            };
            if let Some(Found::ItemOf(it)) = found {
                needs.insert(it);
            }
        }
        needs.remove(own);
        needs
    }

    /// What a path leads to, as it is written in `from`; `None` for what is not of this crate.
    fn resolve(&self, from: &Path, path: &[String], depth: usize) -> Option<Found> {
        let (first, rest) = path.split_first()?;
        match first.as_str() {
            "crate" => self.below(Path::new(), rest, depth),
            "self" => self.below(from.clone(), rest, depth),
            "super" => {
                let parent = from.split_last()?.1.to_vec();
                let again = rest.first().is_some_and(|it| it == "super");
                if again {
                    self.resolve(&parent, rest, depth)
                } else {
                    self.below(parent, rest, depth)
                }
            }
            _ => {
                let child = [&from[..], std::slice::from_ref(first)].concat();
                self.modules.contains_key(&child).then(|| self.below(child, rest, depth))?
            }
        }
    }

    /// What the rest of a path leads to in a module, through what that module imports.
    fn below(&self, module: Path, rest: &[String], depth: usize) -> Option<Found> {
        let Some((first, after)) = rest.split_first() else { return Some(Found::Module(module)) };
        let child = [&module[..], std::slice::from_ref(first)].concat();
        if self.modules.contains_key(&child) {
            return self.below(child, after, depth);
        }
        let imports = &self.modules.get(&module)?.imports;
        match imports.iter().find(|it| it.name == *first) {
            // A name that is imported under itself would be looked for without an end.
            Some(_) if depth > 8 => None,
            Some(used) => self.resolve(&module, &[&used.path[..], after].concat(), depth + 1),
            None => Some(Found::ItemOf(module)),
        }
    }
}

impl Module {
    fn of(text: &str) -> Self {
        let code = pieces(text).into_iter().filter_map(|(_, it)| match it {
            Piece::Code(code) => Some(code),
            Piece::Comment(_) | Piece::Text(_) => None,
        });
        let code = code.collect::<Vec<_>>().join(" ");
        let (imports, code) = imports(&code);
        Self { code, imports }
    }
}

/// What a path leads to.
enum Found {
    Module(Path),
    /// A name that this module defines.
    ItemOf(Path),
}

/// The module that a file is; `None` for tests.
fn path_of(file: &str) -> Option<Path> {
    let name = file.strip_suffix(".rs")?;
    let name = name.strip_suffix("/mod").unwrap_or(name);
    let is_test = name.ends_with("tests") || name.contains("tests/") || name == "testing";
    let is_root = ["lib", "main"].contains(&name);
    (!is_test)
        .then(|| if is_root { Path::new() } else { name.split('/').map(str::to_owned).collect() })
}

fn reached(from: &Path, edges: &BTreeMap<&Path, BTreeSet<Path>>) -> BTreeSet<Path> {
    let mut reached = BTreeSet::new();
    let mut next: Vec<&Path> = vec![from];
    while let Some(one) = next.pop() {
        for it in edges.get(one).into_iter().flatten() {
            if reached.insert(it.clone()) {
                next.push(it);
            }
        }
    }
    reached
}

#[test]
fn a_circle_is_found_and_a_parent_that_passes_items_on_is_none() {
    let crate_ = |files: &[(&str, &str)]| Crate {
        modules: files
            .iter()
            .map(|(path, code)| (path.split('/').map(str::to_owned).collect(), Module::of(code)))
            .collect(),
    };
    let files = |second| {
        [
            ("a", "mod b; mod c; pub use b::B; use c::C;"),
            ("a/b", "use super::C; pub struct B;"),
            ("a/c", second),
        ]
    };
    assert!(crate_(&files("pub struct C; // super::B")).circles().is_empty());
    for second in [
        "use super::{B}; pub struct C;",
        "use crate::a::{self as x}; fn f() { x::B }",
        "fn f() -> super::super::a::b::B { \"\" }",
        "use super::b; fn f() -> b::B {}",
    ] {
        assert_eq!(crate_(&files(second)).circles(), [["a/b", "a/c"]], "{second}");
    }
}
