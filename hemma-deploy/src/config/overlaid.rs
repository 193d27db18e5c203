//! One `hemma.toml` laid over another.

use toml::{Table, Value};

/// The text of the `hemma.toml` `base` with the values of `text` over it. A table is laid over the
/// table of the same name key by key; any other value, lists included, replaces the one in `base`.
///
/// Recordings are kept in this way: a scene has what differs from its application's own file.
pub fn overlaid(base: &str, text: &str) -> Result<String, toml::de::Error> {
    let mut table: Table = base.parse()?;
    lay_over(&mut table, text.parse()?);
    Ok(table.to_string())
}

fn lay_over(table: &mut Table, over: Table) {
    for (key, value) in over {
        match (table.get_mut(&key), value) {
            (Some(Value::Table(below)), Value::Table(value)) => lay_over(below, value),
            (_, value) => {
                table.insert(key, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_laid_over_key_by_key_and_lists_are_replaced() {
        let base = "[host]\nalias = \"a\"\ncheckout = \"~/shop\"\n[edge]\nopen = [1, 2]\n";
        let over = "[host]\nalias = \"b\"\n[edge]\nopen = [3]\n[repository]\nbranch = \"main\"\n";
        let both = "[edge]\nopen = [3]\n\n[host]\nalias = \"b\"\ncheckout = \"~/shop\"\n\n\
                    [repository]\nbranch = \"main\"\n";
        assert_eq!(overlaid(base, over).expect("both are TOML"), both);
        assert!(overlaid(base, "[host").is_err());
    }
}
