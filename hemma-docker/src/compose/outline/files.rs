//! Compose files read together: layers, `include` and `extends`.

use std::cell::RefCell;
use std::collections::BTreeSet;

use super::Outline;
use super::layers::{laid_over, normalized};
use super::yaml::{self, Node, Value};

/// How deep files may include and services may extend each other.
const DEPTH_MAX: usize = 8;

struct Reading<'r> {
    read: &'r dyn Fn(&str) -> Option<String>,
    unread: RefCell<BTreeSet<String>>,
    count: RefCell<usize>,
}

/// The tree of the files, the later over the earlier, and what could not be read.
pub(super) fn together(
    files: &[&str],
    read: &dyn Fn(&str) -> Option<String>,
) -> (Node, Vec<String>) {
    let reading = Reading { read, unread: RefCell::default(), count: RefCell::default() };
    let mut all = Node::default();
    for file in files {
        if let Some(root) = reading.file(file, 0) {
            all = laid_over(all, root);
        }
    }
    (all, reading.unread.into_inner().into_iter().collect())
}

impl Reading<'_> {
    fn lacks(&self, what: String) {
        self.unread.borrow_mut().insert(what);
    }

    /// The tree of one file, with what it includes and extends.
    fn file(&self, file: &str, depth: usize) -> Option<Node> {
        *self.count.borrow_mut() += 1;
        if depth > DEPTH_MAX || *self.count.borrow() > Outline::FILES_MAX {
            self.lacks(format!("{file}: too many files include each other"));
            return None;
        }
        let Some(text) = (self.read)(file) else {
            self.lacks(format!("{file}: the file could not be read"));
            return None;
        };
        let root = match yaml::parse(&text, file) {
            Ok(root) => normalized(root),
            Err(reason) => {
                self.lacks(format!("{file}: {reason}"));
                return None;
            }
        };
        let mut included = Node::default();
        for path in root.get("include").map(included_paths).unwrap_or_default() {
            match beside(file, &path) {
                Some(path) => {
                    included = laid_over(included, self.file(&path, depth + 1).unwrap_or_default());
                }
                None => self.lacks(format!("{file}: `{path}`, which it includes, is elsewhere")),
            }
        }
        Some(laid_over(included, self.extended(root, file, depth)))
    }

    /// The tree with each service laid over the one that it extends.
    fn extended(&self, mut root: Node, file: &str, depth: usize) -> Node {
        let whole = root.clone();
        let Value::Map(entries) = &mut root.value else { return root };
        let services = entries.iter_mut().find(|it| it.0 == "services");
        let Some(Value::Map(services)) = services.map(|it| &mut it.1.value) else { return root };
        for (_, service) in services {
            *service = self.service(std::mem::take(service), &whole, file, depth);
        }
        root
    }

    fn service(&self, service: Node, root: &Node, file: &str, depth: usize) -> Node {
        let Some(extends) = service.get("extends") else { return service };
        let name = extends.text().or_else(|| extends.text_at("service")).unwrap_or_default();
        let other = extends.text_at("file").map(|it| beside(file, it));
        let base = match other {
            _ if depth >= DEPTH_MAX => None,
            None => root
                .get("services")
                .and_then(|it| it.get(name))
                .cloned()
                .map(|base| self.service(base, root, file, depth + 1)),
            Some(None) => None,
            Some(Some(path)) => self
                .file(&path, depth + 1)
                .and_then(|root| root.get("services").and_then(|it| it.get(name)).cloned()),
        };
        if let Some(base) = base {
            return laid_over(base, service);
        }
        self.lacks(format!("{file}: the service `{name}`, which another extends"));
        service
    }
}

fn included_paths(include: &Node) -> Vec<String> {
    let of = |it: &Node| match (it.text(), it.get("path")) {
        (Some(path), _) => vec![path.to_owned()],
        (None, Some(path)) => {
            let several = path.items().iter().filter_map(Node::text);
            path.text().into_iter().chain(several).map(str::to_owned).collect()
        }
        (None, None) => Vec::new(),
    };
    include.items().iter().flat_map(of).collect()
}

/// The path of a file that another one names, in the repository; `None` for one outside it.
fn beside(file: &str, path: &str) -> Option<String> {
    if path.starts_with('/') || path.contains("://") || path.contains('$') {
        return None;
    }
    let directory = file.rsplit_once('/').map_or("", |it| it.0);
    let mut parts: Vec<&str> = Vec::new();
    for part in directory.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}
