//! The words of a path: names of elements, and their escapes.

use serde_json::Value;

/// The key that names the elements of a list: every element has it, and its values are unique.
pub(super) fn name_key(items: &[Value]) -> Option<&'static str> {
    let names = |key: &str| {
        let mut names: Vec<_> = items.iter().map(|it| it[key].as_str()).collect::<Option<_>>()?;
        names.sort_unstable();
        names.windows(2).all(|it| it[0] != it[1]).then_some(())
    };
    ["name", "id"].into_iter().find(|it| !items.is_empty() && names(it).is_some())
}

pub(super) fn below(path: &str, word: &str) -> String {
    format!("{path}/{}", word.replace('~', "~0").replace('/', "~1"))
}

pub(super) fn unescaped(word: &str) -> String {
    word.replace("~1", "/").replace("~0", "~")
}
