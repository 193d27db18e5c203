//! Names and texts in SQL and in psql's own commands. Every one that varies goes through here.

use hemma_core::names::PgName;

/// A name, so that it is that name and nothing else whatever it holds.
pub(super) fn identifier(name: &PgName) -> String {
    format!("\"{}\"", name.as_str().replace('"', "\"\""))
}

/// A text, whatever the server thinks of backslashes.
pub(super) fn literal(text: &str) -> String {
    let quoted = text.replace('\'', "''");
    if quoted.contains('\\') {
        return format!("E'{}'", quoted.replace('\\', "\\\\"));
    }
    format!("'{quoted}'")
}

/// Goes on in another database. psql would read a name with `=` in it as a whole connection string,
/// so it is given as one; in double quotes, or psql would take the ones within it for its own.
pub(super) fn connect(database: &PgName) -> String {
    let argument = connection(database).replace('"', "\"\"");
    format!("\\connect -reuse-previous=on \"{argument}\"")
}

/// A connection string that says which database and nothing else.
pub(crate) fn connection(database: &PgName) -> String {
    let value = database.as_str().replace('\\', "\\\\").replace('\'', "\\'");
    format!("dbname='{value}'")
}

/// Asks for a password twice and sets it. psql sends the server a verifier made from it: it stands
/// in no log of the server's, not even when the statement fails.
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
