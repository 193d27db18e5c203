//! Finds the difference between two answers.

use serde_json::{Map, Value};

use super::path::{below, name_key, unescaped};
use super::{Delta, length};

/// The maximum length of a line that several keys share.
const SHORT: usize = 90;

impl Delta {
    pub(super) fn compare(&mut self, path: &str, before: &Value, after: &Value) {
        if before == after {
            return;
        }
        if let (Value::Object(before), Value::Object(after)) = (before, after) {
            return self.objects(path, before, after);
        }
        let mut parts = Self::default();
        let comparable = match (before, after) {
            (Value::Array(before), Value::Array(after)) => parts.lists(path, before, after),
            _ => false,
        };
        if comparable && parts.length() < length(path, after) {
            self.removed.append(&mut parts.removed);
            self.changed.append(&mut parts.changed);
        } else {
            self.changed.insert(path.to_owned(), after.clone());
        }
    }

    fn objects(&mut self, path: &str, before: &Map<String, Value>, after: &Map<String, Value>) {
        let gone = before.keys().filter(|it| !after.contains_key(*it));
        self.removed.extend(gone.map(|it| below(path, it)));
        for (key, value) in after {
            let path = below(path, key);
            match before.get(key) {
                Some(before) => self.compare(&path, before, value),
                None => drop(self.changed.insert(path, value.clone())),
            }
        }
    }

    /// Puts several short keys of one table on one line.
    pub(super) fn group(&mut self) {
        let parent = |path: &str| path.rsplit_once('/').map(|(it, _)| it.to_owned());
        let paths: Vec<_> = self.changed.keys().cloned().collect();
        for group in paths.chunk_by(|a, b| parent(a) == parent(b)) {
            let Some(table) = parent(&group[0]).filter(|it| !it.is_empty()) else { continue };
            let values =
                group.iter().map(|it| length("", &self.changed[it]) + it.len() - table.len());
            let short = group.len() > 1 && values.sum::<usize>() < SHORT;
            let of_list = |it: &String| it[table.len()..].starts_with("/+");
            // Deeper paths sort between the keys of a table, so the table may get several groups.
            let has_group = self.changed.contains_key(&table);
            if !short || has_group || group.iter().any(of_list) {
                continue;
            }
            let take = |it: &String| {
                let key = unescaped(&it[table.len() + 1..]);
                Some((key, self.changed.remove(it)?))
            };
            let values: Map<_, _> = group.iter().filter_map(take).collect();
            self.changed.insert(table, values.into());
        }
    }

    fn lists(&mut self, path: &str, before: &[Value], after: &[Value]) -> bool {
        match (name_key(before), name_key(after)) {
            (Some(key), Some(same)) if key == same => self.named(path, key, before, after),
            (None, None) => self.placed(path, before, after),
            _ => false,
        }
    }

    fn named(&mut self, path: &str, key: &str, before: &[Value], after: &[Value]) -> bool {
        let find = |items: &[Value], name: &str| items.iter().position(|it| it[key] == *name);
        let names = |items: &[Value]| -> Vec<String> {
            items.iter().filter_map(|it| it[key].as_str()).map(str::to_owned).collect()
        };
        let (old, new) = (names(before), names(after));
        let kept = in_same_order(&old, &new);
        if kept.is_empty() {
            return false;
        }
        self.removed.extend(old.iter().filter(|it| !kept.contains(it)).map(|it| below(path, it)));
        for (place, (name, value)) in new.iter().zip(after).enumerate() {
            match find(before, name).filter(|_| kept.contains(&name)) {
                Some(at) => self.compare(&below(path, name), &before[at], value),
                None => drop(self.changed.insert(below(path, &format!("+{place}")), value.clone())),
            }
        }
        true
    }

    fn placed(&mut self, path: &str, before: &[Value], after: &[Value]) -> bool {
        let gone = (after.len()..before.len()).rev();
        self.removed.extend(gone.map(|at| below(path, &at.to_string())));
        for (at, value) in after.iter().enumerate() {
            match before.get(at) {
                Some(before) => self.compare(&below(path, &at.to_string()), before, value),
                None => drop(self.changed.insert(below(path, &format!("+{at}")), value.clone())),
            }
        }
        true
    }
}

/// The names that are in both lists, without those that would have to be moved.
fn in_same_order<'n>(old: &[String], new: &'n [String]) -> Vec<&'n String> {
    // For the longest common order that ends at each name: its length, and the index of the name
    // before.
    let mut ends: Vec<(usize, Option<usize>)> = Vec::new();
    let places: Vec<_> = new.iter().map(|it| old.iter().position(|old| old == it)).collect();
    for (at, place) in places.iter().enumerate() {
        let before = (0..at).filter(|it| places[*it].is_some() && places[*it] < *place);
        let best = before.max_by_key(|it| ends[*it].0);
        let length = if place.is_some() { best.map_or(1, |it| ends[it].0 + 1) } else { 0 };
        ends.push((length, best));
    }
    let mut at = (0..new.len()).filter(|it| ends[*it].0 > 0).max_by_key(|it| ends[*it].0);
    let mut names = Vec::new();
    while let Some(it) = at {
        names.push(&new[it]);
        at = ends[it].1;
    }
    names
}
