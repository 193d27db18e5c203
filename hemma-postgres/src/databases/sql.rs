//! Quotes names and texts for SQL and for psql's own commands. All values go through here.

use hemma_core::names::PgName;

/// Quotes a name, so that any name is taken literally.
pub(super) fn identifier(name: &PgName) -> String {
    format!("\"{}\"", name.as_str().replace('"', "\"\""))
}

/// Quotes a text, for every setting of the server about backslashes.
pub(super) fn literal(text: &str) -> String {
    let quoted = text.replace('\'', "''");
    if quoted.contains('\\') {
        return format!("E'{}'", quoted.replace('\\', "\\\\"));
    }
    format!("'{quoted}'")
}

/// Connects to another database. psql would read a name with `=` in it as a connection string, so
/// it is passed as one, in double quotes because psql would read the single quotes in it as its own.
pub(super) fn connect(database: &PgName) -> String {
    let argument = connection(database).replace('"', "\"\"");
    format!("\\connect -reuse-previous=on \"{argument}\"")
}

/// A connection string that only names the database.
pub(crate) fn connection(database: &PgName) -> String {
    let value = database.as_str().replace('\\', "\\\\").replace('\'', "\\'");
    format!("dbname='{value}'")
}

/// Prompts for a password twice and sets it. psql sends the server a verifier made from it, so it
/// is in no log of the server, even if the statement fails.
pub(super) fn set_password(role: &PgName) -> String {
    format!("\\password {}", identifier(role))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hostile_name_stays_a_name() {
        let rows = [
            ("huleedu_nlp", "\"huleedu_nlp\"", "'huleedu_nlp'"),
            ("a\"b", "\"a\"\"b\"", "'a\"b'"),
            (
                "x\"; DROP DATABASE y; --",
                "\"x\"\"; DROP DATABASE y; --\"",
                "'x\"; DROP DATABASE y; --'",
            ),
            ("it's", "\"it's\"", "'it''s'"),
            ("back\\slash'", "\"back\\slash'\"", "E'back\\\\slash'''"),
            ("a=b", "\"a=b\"", "'a=b'"),
            (":x :'y'", "\":x :'y'\"", "':x :''y'''"),
            ("åäö 日本", "\"åäö 日本\"", "'åäö 日本'"),
        ];
        for (name, quoted, text) in rows {
            let parsed: PgName = name.parse().expect("PostgreSQL keeps it");
            assert_eq!(identifier(&parsed), quoted);
            assert_eq!(literal(name), text);
        }
    }

    #[test]
    fn a_name_with_an_equals_sign_is_no_connection_string() {
        let name = |text: &str| text.parse::<PgName>().expect("PostgreSQL keeps it");
        assert_eq!(connect(&name("a=b")), r#"\connect -reuse-previous=on "dbname='a=b'""#);
        assert_eq!(
            connect(&name(r#"it's "\x""#)),
            r#"\connect -reuse-previous=on "dbname='it\'s ""\\x""'""#
        );
    }

    #[test]
    fn names_that_postgresql_would_cut_or_that_break_lines_are_none() {
        for bad in ["", &"x".repeat(64), "a\nb", "a\0b", "a\u{1b}b"] {
            assert!(bad.parse::<PgName>().is_err(), "{bad:?} was taken");
        }
    }
}
