//! The difference between two answers in a form that a person can review: a path and its new value.
//!
//! A path is a JSON pointer. The elements of a list are named by their `name` or `id` if all of
//! them have one, and by their index otherwise: `/redis/status` belongs to the container `redis`,
//! wherever it is in the list. `/+3` is a new element at index 3 of the result. A table changes the
//! keys that it names and leaves the others; any other value replaces the old one.

mod apply;
mod compare;
mod path;

use serde_json::{Map, Value};

use apply::{remove, set};

/// The paths to remove from an answer, and the values to set in it, to get another answer.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Delta {
    pub(super) removed: Vec<String>,
    pub(super) changed: Map<String, Value>,
}

/// A path that does not exist in the answer that it should change.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{path}` {why}")]
pub(super) struct DeltaError {
    path: String,
    why: &'static str,
}

impl Delta {
    /// The difference that turns `before` into `after`, if it is shorter than `after` itself.
    pub(super) fn between(before: &Value, after: &Value) -> Option<Self> {
        let mut delta = Self::default();
        delta.compare("", before, after);
        let whole = delta.changed.contains_key("") || delta.length() >= after.to_string().len();
        delta.group();
        // In some lists the names are unique at first and not any more after some of the changes.
        (!whole && delta.apply(before).as_ref() == Ok(after)).then_some(delta)
    }

    /// Applies this difference to an earlier answer.
    pub(super) fn apply(&self, before: &Value) -> Result<Value, DeltaError> {
        let mut answer = before.clone();
        for path in &self.removed {
            remove(&mut answer, path).map_err(|why| DeltaError { path: path.clone(), why })?;
        }
        let mut changed: Vec<_> = self.changed.iter().collect();
        // `/+9` before `/+10`: new elements are inserted in order.
        changed.sort_by_key(|(path, _)| (path.len(), *path));
        for (path, value) in changed {
            let failed = |why| DeltaError { path: path.clone(), why };
            set(&mut answer, path, value.clone()).map_err(failed)?;
        }
        Ok(answer)
    }

    /// The approximate length of this difference as text, in characters.
    pub(super) fn length(&self) -> usize {
        let removed = self.removed.iter().map(|it| it.len() + 4);
        removed.chain(self.changed.iter().map(|(path, value)| length(path, value))).sum()
    }
}

/// The approximate length of a value as text with its path or key, in characters.
fn length(path: &str, value: &Value) -> usize {
    path.len() + value.to_string().len() + 6
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(before: &Value, after: &Value, removed: &[&str], changed: &Value) {
        let delta = Delta::between(before, after).expect("it is shorter");
        assert_eq!(delta.removed, removed);
        assert_eq!(&Value::Object(delta.changed.clone()), changed);
        assert_eq!(delta.apply(before).as_ref(), Ok(after));
    }

    #[test]
    fn elements_are_told_by_name() {
        let text = "as long as it takes for a difference to pay";
        check(
            &json!([{ "name": "a/b", "text": text }, { "name": "c", "text": text, "on": true }]),
            &json!([{ "name": "a/b", "text": text }, { "name": "b" }, { "name": "c", "text": text }]),
            &["/c/on"],
            &json!({ "/+1": { "name": "b" } }),
        );
        check(
            &json!({ "of": [{ "id": "1", "text": text }, { "id": "2", "text": text }] }),
            &json!({ "of": [{ "id": "2", "text": text, "~": [1] }] }),
            &["/of/1"],
            &json!({ "/of/2/~0": [1] }),
        );
    }

    #[test]
    fn elements_without_names_are_told_by_place() {
        let lines: Vec<_> = (0..9).map(|it| json!({ "text": format!("line {it}") })).collect();
        let mut more = lines.clone();
        more.extend([json!("ten"), json!("eleven")]);
        check(&json!(lines), &json!(more), &[], &json!({ "/+9": "ten", "/+10": "eleven" }));
        check(&json!(more), &json!(lines), &["/10", "/9"], &json!({}));
    }

    #[test]
    fn what_is_wholly_another_is_no_difference() {
        assert_eq!(Delta::between(&json!("one"), &json!("two")), None);
        assert_eq!(Delta::between(&json!({ "a": 1 }), &json!({ "b": 2 })), None);
        assert_eq!(Delta::between(&json!([]), &json!([{ "name": "a" }])), None);
    }

    #[test]
    fn keys_of_a_table_share_a_line_and_what_moved_is_put_anew() {
        let of = |name: &str, on: i64| {
            let text = "as long as it takes for a difference to pay";
            json!({ "name": name, "text": text, "is": { "on": on, "off": on, "by": "me" } })
        };
        check(
            &json!([of("a", 1), of("b", 1), of("c", 1), of("d", 1)]),
            &json!([of("b", 1), of("c", 2), of("a", 1), of("d", 1)]),
            &["/a"],
            &json!({ "/+2": of("a", 1), "/c/is": { "on": 2, "off": 2 } }),
        );
    }

    #[test]
    fn a_path_that_leads_nowhere_is_named() {
        let before = json!({ "of": [{ "name": "a" }], "in": [1], "is": 1 });
        let rows = [
            (json!({ "x": 1 }), "`x` is not a path: it does not begin with `/`"),
            (json!({ "/x/y": 1 }), "`/x/y` does not exist in the earlier answer"),
            (json!({ "/is/y": 1 }), "`/is/y` is below a value that holds no others"),
            (
                json!({ "/of/b": 1 }),
                "`/of/b` is neither an element of that list nor a place for a new one",
            ),
            (
                json!({ "/in/1": 1 }),
                "`/in/1` is neither an element of that list nor a place for a new one",
            ),
            (
                json!({ "/in/+2": 1 }),
                "`/in/+2` is neither an element of that list nor a place for a new one",
            ),
        ];
        for (changed, said) in rows {
            let changed = changed.as_object().cloned().unwrap_or_default();
            let error = Delta { changed, ..Delta::default() }.apply(&before).expect_err(said);
            assert_eq!(error.to_string(), said);
        }
        for path in ["", "/x", "/of/b", "/in/1", "/is/x"] {
            let removed = vec![path.to_owned()];
            Delta { removed, ..Delta::default() }.apply(&before).expect_err(path);
        }
    }
}
