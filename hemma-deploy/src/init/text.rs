//! A draft as the text of a `hemma.toml`.

use std::fmt::Write as _;

use super::{Draft, Table};

/// The column at which a source begins, where its value leaves room.
const SOURCE_COLUMN: usize = 40;

impl Draft {
    /// The text, with the source of each value behind it. `head` are its first comments.
    pub fn text(&self, head: &[&str]) -> String {
        let mut text = String::new();
        for line in head {
            let _ = writeln!(text, "# {line}");
        }
        for table in &self.tables {
            text.push('\n');
            write_table(&mut text, table, "");
        }
        if !self.withheld.is_empty() {
            text.push_str("\n# These names need a `host` or `addresses` in [edge]:\n");
            for table in &self.withheld {
                write_table(&mut text, table, "# ");
            }
        }
        text
    }
}

fn write_table(text: &mut String, table: &Table, lead: &str) {
    let (name, list) = (&table.name, table.is_list);
    let header = if list { format!("[[{name}]]") } else { format!("[{name}]") };
    let _ = writeln!(text, "{lead}{header}");
    for it in &table.values {
        let line = format!("{} = {}", it.key, it.value);
        // A file name is anything; a comment ends with its line.
        let source: String = it.source.to_string().chars().filter(|it| !it.is_control()).collect();
        let _ = writeln!(text, "{lead}{line:SOURCE_COLUMN$}  # {source}");
    }
}
