use super::*;

/// The text, and how it is displayed.
const GOOD: [(&str, &str); 22] = [
    ("git://git/huleedu.git", "git://git/huleedu.git"),
    ("https://github.com/o/r.git", "https://github.com/o/r.git"),
    ("https://GitHub.com:8443/o/R", "https://github.com:8443/o/R"),
    ("http://127.0.0.1:8080/r", "http://127.0.0.1:8080/r"),
    ("https://[::1]:8443/r", "https://[::1]:8443/r"),
    ("ssh://git@host:2222/~/r.git", "ssh://git@host:2222/~/r.git"),
    ("ssh://host/r.git", "ssh://host/r.git"),
    ("git@github.com:o/r.git", "git@github.com:o/r.git"),
    ("host:r.git", "host:r.git"),
    ("git@[::1]:r.git", "git@[::1]:r.git"),
    ("alias:/srv/git/r.git", "alias:/srv/git/r.git"),
    ("/srv/git/r.git", "/srv/git/r.git"),
    ("/srv/my repositories/r.git", "/srv/my repositories/r.git"),
    ("file:///srv/git/r.git", "file:///srv/git/r.git"),
    ("https://user:c4n4ry@host/x.git", "https://[hidden]@host/x.git"),
    ("https://c4n4ry@host/x.git", "https://[hidden]@host/x.git"),
    ("https://oauth2:c4n4ry@gitlab.example/x.git", "https://[hidden]@gitlab.example/x.git"),
    ("https://:c4n4ry@host/x.git", "https://[hidden]@host/x.git"),
    ("https://u:c4n4ry%40%2F%3A%25@host:1/x", "https://[hidden]@host:1/x"),
    ("http://u:c4n4ry:c@host/x", "http://[hidden]@host/x"),
    ("HTTPS://u:c4n4ry@host/x", "https://[hidden]@host/x"),
    ("https://[hidden]@host/x.git", "https://[hidden]@host/x.git"),
];

#[test]
fn a_remote_is_read_and_shown_without_its_credential() {
    for (text, expected) in GOOD {
        let remote: RemoteUrl = text.parse().unwrap_or_else(|it| panic!("{text}: {it}"));
        let json = serde_json::to_string(&remote).expect("a string");
        assert_eq!(remote.to_string(), expected);
        assert_eq!(json, format!("{expected:?}"));
        let again: RemoteUrl = serde_json::from_str(&json).expect("it reads back");
        assert_eq!(again.to_string(), expected, "what was written down reads back");
        let seen = format!("{remote:?}{}", remote.address());
        assert!(!seen.contains("c4n4ry"), "{seen}");
        assert_eq!(remote.credential().is_some(), expected.contains(HIDDEN), "{text}");
    }
}

#[test]
fn a_credential_is_a_line_of_git_s_own_store() {
    let rows = [
        ("https://user:tok@host/x.git", Some("https://user:tok@host/x.git")),
        ("https://tok@host/x.git", Some("https://tok:@host/x.git")),
        ("https://:tok@host/x", Some("https://:tok@host/x")),
        ("https://a:b%40c@host:8/x", Some("https://a:b%40c@host:8/x")),
        ("ssh://git@host/x", None),
    ];
    for (text, expected) in rows {
        let remote: RemoteUrl = text.parse().expect("it is a remote");
        let line = remote.credential();
        assert_eq!(line.as_ref().map(Secret::reveal), expected, "{text}");
    }
}

#[test]
fn what_cannot_be_a_remote_is_refused_in_words_that_show_no_credential() {
    let rows = [
        ("", "it is empty"),
        ("-oProxyCommand=x", "option"),
        ("--upload-pack=x", "option"),
        ("ext::sh -c 'touch /tmp/x'", "remote helpers"),
        ("fd::7", "remote helpers"),
        ("ftp://host/x", "write https://"),
        ("javascript://host/x", "write https://"),
        ("../x.git", "write https://"),
        ("x.git", "write https://"),
        ("~/x.git", "write https://"),
        ("C:\\x", "backslash"),
        ("./a:b", "write https://"),
        ("https://", "path of the repository is missing"),
        ("https://host", "path of the repository is missing"),
        ("https://host/", "path of the repository is missing"),
        ("https:///x", "the host is missing"),
        ("https://host:0/x", "a port is needed"),
        ("https://host:99999/x", "a port is needed"),
        ("https://host:+1/x", "a port is needed"),
        ("https://ho st/x", "%20"),
        ("https://host/a b", "%20"),
        ("https://-x/y", "ssh would read"),
        ("ssh://-oProxyCommand=x/y", "option"),
        ("ssh://-l@host/y", "option"),
        ("ssh://u:c4n4ry@host/x", "use a key"),
        ("u:c4n4ry@host:x", "credential without https"),
        ("oauth2:c4n4ry@host/x.git", "credential without https"),
        ("c4n4ry-c4n4ry-c4n4ry-c4n4ry@host/x.git", "write https://"),
        ("git://c4n4ry@host/x", "git:// has no login"),
        ("host:-x", "option"),
        ("-host:x", "option"),
        ("git@-host:x", "option"),
        ("host:", "path of the repository is missing"),
        ("git@host:/", "path of the repository is missing"),
        ("/", "path of the repository is missing"),
        ("//", "path of the repository is missing"),
        ("file://host/x", "file:///PATH"),
        ("file:///", "path of the repository is missing"),
        (" https://host/x", "there is a space"),
        ("https://host/x\n", "control character"),
        ("https://ho\u{1b}st/x", "control character"),
        ("https://u:c4n4ry@host/x\0", "control character"),
        ("https://host/x?token=c4n4ry", "has a query"),
        ("https://host/x?c4n4ry", "has a query"),
        ("https://host/x#c4n4ry", "fragment"),
        ("https://u:c4n4ry/c@host/x", "a port is needed"),
        ("https://c4n4ry/c@host", "c4n4ry"),
        ("https://u:c4n4ry%0a@host/x", "control character"),
        ("https://u:c4n4ry%zz@host/x", "%25"),
        ("https://u:c4n4ry@c4n4ry@host/x", "%40"),
        ("https://@host/x", "is empty"),
        ("https://:@host/x", "is empty"),
        ("https://[::1/x", "not closed"),
        ("https://[x]/x", "IPv6"),
        ("https://[::1]x/x", "a port is needed"),
        ("https://ex%61mple/x", "letters, digits"),
        ("https://u:c4n4ry@/x", "the host is missing"),
    ];
    for (text, expected) in rows {
        if text == "https://c4n4ry/c@host" {
            // That is a host and a path; the two cannot be told apart.
            assert!(text.parse::<RemoteUrl>().is_ok());
            continue;
        }
        let said = text.parse::<RemoteUrl>().expect_err(text).to_string();
        assert!(said.contains(expected), "{text}: {said}");
        assert!(!said.contains("c4n4ry"), "{text}: {said}");
        assert!(!said.contains(|it: char| it.is_control()), "{said:?}");
    }
    assert!(format!("https://h/{}", "x".repeat(2000)).parse::<RemoteUrl>().is_err());
}

#[test]
fn a_credential_makes_no_other_repository() {
    let rows = [
        ("https://a:b@host/x.git", "https://host/x", true),
        ("https://a:b@HOST/x.git/", "https://c@host/x.git", true),
        ("git@host:x.git", "git@host:x", true),
        ("https://host/x", "https://host/y", false),
        ("https://host/x", "ssh://host/x", false),
    ];
    for (left, right, same) in rows {
        let read = |it: &str| it.parse::<RemoteUrl>().expect(it);
        assert_eq!(read(left).is_same_repository(&read(right)), same, "{left} {right}");
    }
}
