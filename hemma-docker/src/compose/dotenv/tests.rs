//! How Compose reads a `.env` file, row by row. `tests/lab/primitives/oracle.rs` asks the real
//! Compose.

use super::*;

#[track_caller]
fn check(text: &str, expected: &[(&str, &str)]) {
    let outside = [("HOME".to_owned(), "/root".to_owned())].into();
    let file = EnvFile::parse(text, &outside).expect("Compose takes it");
    let seen: Vec<_> = file.entries.iter().map(|it| (it.key.as_str(), it.value.reveal())).collect();
    assert_eq!(seen, expected, "{text:?}");
}

#[test]
fn values_are_what_compose_makes_of_them() {
    check("A=abc#def\n", &[("A", "abc#def")]);
    check("A=abc #def\n", &[("A", "abc")]);
    check("A=\"abc #def\" # more\n", &[("A", "abc #def")]);
    check("A= # x\n", &[("A", "# x")]);
    check("A=a\t#b\n", &[("A", "a\t#b")]);
    check("A=a$b\n", &[("A", "a")]);
    check("A='a$b'\n", &[("A", "a$b")]);
    check("A=pa$$word\n", &[("A", "pa$word")]);
    check("A=\"a\\nb\"\n", &[("A", "a\nb")]);
    check("A='a\\nb'\n", &[("A", "a\\nb")]);
    check("A=a\\nb\n", &[("A", "a\\nb")]);
    check("export K=V\n", &[("K", "V")]);
    check("KEY = v\n", &[("KEY", "v")]);
    check("KEY: v\n", &[("KEY", "v")]);
    check("A=x y z\n", &[("A", "x y z")]);
    check("A={\"k\":\"v\"}\n", &[("A", "{\"k\":\"v\"}")]);
    check("A=\nB=''\nC=\"\"\n", &[("A", ""), ("B", ""), ("C", "")]);
    check("A=$HOME/x\n", &[("A", "/root/x")]);
    check("A=1\nA=2\nB=$A\n", &[("A", "1"), ("A", "2"), ("B", "2")]);
    check("B=$A\nA=1\n", &[("B", ""), ("A", "1")]);
    check("A=\"x\" B=y\n", &[("A", "x"), ("B", "y")]);
    check("A='it\\'s'\n", &[("A", "it's")]);
    check("A=\"one\ntwo\"\nB=3\n", &[("A", "one\ntwo"), ("B", "3")]);
    check("A=$\nB=$1\nC=a$\n", &[("A", "$"), ("B", "$1"), ("C", "a$")]);
    check("\n\n  # only a comment\n", &[]);
    check("A=1", &[("A", "1")]);
    check("a.b-c[0]=1\n", &[("a.b-c[0]", "1")]);
}

#[test]
fn defaults_are_compose_s() {
    check("E=\nA=${E:-d}\n", &[("E", ""), ("A", "d")]);
    check("E=\nA=${E-d}\n", &[("E", ""), ("A", "")]);
    check("A=${X-d}${X:-e}\n", &[("A", "de")]);
    check("S=1\nA=${S:+y}${X:+n}\n", &[("S", "1"), ("A", "y")]);
    check("E=\nA=[${E:+y}${E+z}]\n", &[("E", ""), ("A", "[z]")]);
    check("S=1\nA=${S:?no}\n", &[("S", "1"), ("A", "1")]);
    check("A=${X:-a${Y:-b}c}d\n", &[("A", "abcd")]);
    check("A=${X:-{}}\n", &[("A", "{}")]);
    check("A=${X}}\n", &[("A", "}")]);
}

#[test]
fn escapes_are_compose_s() {
    check(r#"A="a\tb\\c\"d\$e""#, &[("A", "a\tb\\c\"d$e")]);
    check(r#"A="\0101\012\0\c\x""#, &[("A", "A\\12\\\\c\\x")]);
    check(r#"A="\0377\0777""#, &[("A", "\u{ff}\\777")]);
}

#[test]
fn windows_and_its_editors_are_accepted() {
    check("\u{feff}A=1\r\nB=\"2\"\r\n", &[("A", "1"), ("B", "2")]);
    let file = EnvFile::parse("\u{feff}A=1\r\n", &Surroundings::new()).expect("Compose takes it");
    assert!(file.bom && file.crlf);
}

#[test]
fn a_flaw_has_a_place_and_no_value() {
    let rows = [
        ("A=1\nA B=hunter2\n", (2, 2), Flaw::KeySpace),
        ("A=1\n\n  B+=hunter2\n", (3, 4), Flaw::KeyCharacter),
        ("A='hunter2\nB=1\n", (1, 3), Flaw::Unterminated),
        ("A=hunter${2\n", (1, 3), Flaw::Template),
        ("A=\"hunter${B:-\n2}\"\n", (1, 3), Flaw::Template),
        ("A=${hunter2:?x}\n", (1, 3), Flaw::Required),
        ("å=hunter2\nö=\"\n", (2, 3), Flaw::Unterminated),
        ("A=1\nexport ", (2, 8), Flaw::NoKey),
        ("A=hunter\u{0}2\n", (1, 9), Flaw::Nul),
    ];
    for (text, (line, column), flaw) in rows {
        let error = EnvFile::parse(text, &Surroundings::new()).expect_err("Compose refuses it");
        assert_eq!(error, ParseError { line, column, flaw }, "{text:?}");
        assert!(!error.to_string().contains("hunter"), "{error}");
    }
}

#[test]
fn values_that_grow_without_bound_are_refused() {
    let fourfold =
        |(before, it): (char, char)| format!("{it}=${before}${before}${before}${before}\n");
    let lines = ('A'..='Y').zip('B'..='Z').map(fourfold);
    let laughs = format!("A=xxxxxxxxxx\n{}", lines.collect::<String>());
    let deep = format!("A={}{}\n", "${X:-".repeat(5000), "}".repeat(5000));
    for text in [laughs, deep] {
        let error = EnvFile::parse(&text, &Surroundings::new()).expect_err("it is refused");
        assert_eq!(error.flaw, Flaw::Unbounded);
    }
}

#[test]
fn what_a_value_refers_to_is_noted_without_half_of_a_secret() {
    let outside = [("HOME".to_owned(), "/root".to_owned())].into();
    let file = EnvFile::parse("A=$HOME\nB=pa$word\nC=$A\nD=${X:-y}\n", &outside).expect("fine");
    let uses: Vec<_> =
        file.entries.iter().map(|it| (it.uses.outside.len(), it.uses.unset)).collect();
    assert_eq!(uses, [(1, false), (0, true), (0, false), (0, false)]);
    assert!(!format!("{file:?}").contains("word"));
}

#[test]
fn names_alone_are_lines() {
    let file = EnvFile::parse("A=1\nMIIEvQ\n# x\nB=2\nlast", &Surroundings::new()).expect("fine");
    assert_eq!(file.bare_lines, [2, 5]);
    assert_eq!(file.entries.iter().map(|it| it.line).collect::<Vec<_>>(), [1, 4]);
}
