//! What a build needs, by rows.

use std::collections::BTreeMap;

use super::{Builder, Needs, Wanted};

/// How a Dockerfile is built.
#[derive(Default)]
struct Case<'c> {
    arguments: &'c [(&'c str, Option<&'c str>)],
    target: Option<&'c str>,
    contexts: &'c [(&'c str, Option<&'c str>)],
    is_classic: bool,
}

fn needs(text: &str, case: &Case<'_>) -> Needs {
    let owned = |it: &[(&str, Option<&str>)]| -> BTreeMap<String, Option<String>> {
        it.iter().map(|(name, it)| ((*name).to_owned(), it.map(str::to_owned))).collect()
    };
    let wanted = Wanted {
        arguments: &owned(case.arguments),
        target: case.target,
        contexts: &owned(case.contexts),
        processor: Some("x86_64"),
        builder: if case.is_classic { Builder::Classic } else { Builder::BuildKit },
    };
    Needs::read(text, wanted)
}

fn images(text: &str, case: &Case<'_>) -> Vec<String> {
    needs(text, case).images.iter().map(|it| format!("{} {}", it.0, it.1)).collect()
}

fn unknown(text: &str, case: &Case<'_>) -> Vec<String> {
    needs(text, case).unknown.iter().map(|it| format!("{} {}", it.0, it.1)).collect()
}

const PLAIN: Case<'static> =
    Case { arguments: &[], target: None, contexts: &[], is_classic: false };

#[test]
fn the_image_of_a_stage_is_resolved_as_buildkit_does() {
    let own = Case { arguments: &[("D", Some("own:1")), ("V", Some("4"))], ..PLAIN };
    let rows: [(&str, &Case<'_>, &[&str]); 17] = [
        ("ARG D=deps:dev\nFROM ${D}\n", &PLAIN, &["2 deps:dev"]),
        ("ARG D=deps:dev\nFROM $D\n", &own, &["2 own:1"]),
        ("ARG V=3\nFROM --platform=linux/amd64 python:$V-slim\n", &PLAIN, &["2 python:3-slim"]),
        // A default that names another argument, also where that one is given.
        ("ARG V=3\nARG IMG=python:${V}\nFROM $IMG\n", &PLAIN, &["3 python:3"]),
        ("ARG V=3\nARG IMG=python:${V}\nFROM $IMG\n", &own, &["3 python:4"]),
        ("ARG D=3\nFROM ${B:-python:$D}\n", &PLAIN, &["2 python:3"]),
        ("FROM ${D:-b:2}\n", &PLAIN, &["1 b:2"]),
        // An argument that the file does not declare has no value before a stage.
        ("FROM ${D:-b:2}\n", &own, &["1 b:2"]),
        ("ARG A=\"x\" B='y:1'\nFROM $A/$B\n", &PLAIN, &["2 x/y:1"]),
        ("ARG P\nFROM ${P}python:3\n", &PLAIN, &["2 python:3"]),
        ("ARG A=1 \\\n  B=2\nFROM a:$A$B\n", &PLAIN, &["3 a:12"]),
        ("FROM a:$TARGETARCH\n", &PLAIN, &["1 a:amd64"]),
        ("FROM base-amd64 AS base-amd64\nFROM base-$TARGETARCH\n", &PLAIN, &["1 base-amd64"]),
        ("FROM a:1 AS One\nCOPY --from=one x y\nCOPY --from=0 x y\n", &PLAIN, &["1 a:1"]),
        ("FROM scratch\nCOPY --from=uv:1 /uv /bin/\n", &PLAIN, &["2 uv:1"]),
        ("FROM scratch\nRUN --mount=from=uv:1,target=/u x\n", &PLAIN, &["2 uv:1"]),
        (
            "FROM a\nENTRYPOINT []\nRUN <<A <<B\nx\nA\ny\nB\nCOPY --from=b:1 x y\n",
            &PLAIN,
            &["1 a", "8 b:1"],
        ),
    ];
    for (text, case, expected) in rows {
        assert_eq!(images(text, case), expected, "{text}");
        assert_eq!(unknown(text, case), [""; 0], "{text}");
    }
}

#[test]
fn only_the_stages_that_are_built_count() {
    let target = Case { target: Some("Run"), ..PLAIN };
    let classic = Case { target: Some("run"), is_classic: true, ..PLAIN };
    let text = "FROM unused:1 AS dev\nFROM b:1 AS build\nFROM r:1 AS run\nCOPY --from=build x y\n\
                FROM late:1\nRUN --mount=type=cache,target=/c x\n";
    assert_eq!(images(text, &target), ["2 b:1", "3 r:1"]);
    assert_eq!(images(text, &classic), ["1 unused:1", "2 b:1", "3 r:1"]);
    assert_eq!(images(text, &PLAIN), ["5 late:1"]);
    assert_eq!(needs(text, &classic).buildkit, None);
    let text =
        "FROM a:1 AS a\nFROM a AS b\nFROM b:1 AS c\nFROM b\nRUN --mount=from=c,target=/c x\n";
    assert_eq!(images(text, &PLAIN), ["1 a:1", "3 b:1"]);
    let other = Case { target: Some("none"), ..PLAIN };
    assert_eq!(unknown(text, &other), ["1 no stage is called `none`, which is to be built"]);
    assert_eq!(images("", &PLAIN), [""; 0]);
}

#[test]
fn an_additional_context_is_no_image_unless_it_stands_for_one() {
    let contexts = &[("shared", None), ("alpine", Some("own/alpine:3")), ("base", None)][..];
    let case = Case { contexts, ..PLAIN };
    let rows: [(&str, &[&str]); 5] = [
        ("FROM a\nCOPY --from=shared x y\n", &["1 a"]),
        ("FROM a\nRUN --mount=from=shared,target=/s x\n", &["1 a"]),
        ("FROM docker.io/library/alpine:latest\n", &["1 own/alpine:3"]),
        // It takes the place of a stage of that name.
        ("FROM gone:1 AS base\nFROM base\n", &[]),
        ("FROM shared\n", &[]),
    ];
    for (text, expected) in rows {
        assert_eq!(images(text, &case), expected, "{text}");
        assert_eq!(unknown(text, &case), [""; 0], "{text}");
    }
}

#[test]
fn what_is_not_known_is_said_and_is_no_image() {
    let secret = Case { arguments: &[("D", None)], ..PLAIN };
    let rows = [
        ("ARG D=a\nFROM $D\n", "2 `FROM $D`: the value of `D` is not known"),
        ("ARG D\nARG I=a:$D\nFROM $I\n", "3 `FROM $I`: the value of `I` is not known"),
        ("ARG V\nFROM python:$V\n", "2 `FROM python:$V` gives no name of an image"),
        ("FROM\n", "1 `FROM ` gives no name of an image"),
        ("FROM ${V:?unset}\n", "1 `FROM ${V:?unset}`: the required `V` has no value"),
        (
            "ARG R=x\nFROM ${R##*/}\n",
            "2 `FROM ${R##*/}` is written in a form that hemma cannot read",
        ),
        (
            "FROM scratch\nARG V=1\nCOPY --from=uv:$V a b\n",
            "3 `COPY --from=uv:$V` holds a variable",
        ),
        ("FROM scratch\nthis is none\n", "2 no instruction begins like this line"),
    ];
    for (text, expected) in rows {
        assert_eq!(unknown(text, &secret), [expected], "{text}");
        assert_eq!(images(text, &secret), [""; 0], "{text}");
    }
}

#[test]
fn what_only_buildkit_has_is_seen() {
    let rows = [
        ("FROM a\nRUN --mount=type=cache,target=/c make\n", Some((2, "RUN --mount"))),
        ("FROM a\nRUN --network=none make\n", Some((2, "RUN --network"))),
        ("FROM a\nRUN <<E\nmake\nE\n", Some((2, "RUN with a here-document"))),
        ("FROM a\nCOPY --chown=1 --link a b\n", Some((2, "COPY --link"))),
        ("FROM a\nCOPY --parents a b\n", Some((2, "COPY --parents"))),
        ("FROM a\nCOPY <<E /b\nmake\nE\n", Some((2, "COPY with a here-document"))),
        ("FROM a\nADD --checksum=sha256:1 a b\n", Some((2, "ADD --checksum"))),
        ("# x\nFROM --platform=$BUILDPLATFORM a\n", Some((2, "FROM --platform=$BUILDPLATFORM"))),
        ("FROM --platform=linux/amd64 a\nADD --chown=1 a b\n", None),
        ("FROM a\nRUN make\nCOPY --from=a --chown=1 b c\n", None),
        ("FROM a\nHEALTHCHECK --interval=5s CMD x\n", None),
    ];
    for (text, expected) in rows {
        let expected = expected.map(|(line, what): (usize, &str)| (line, what.to_owned()));
        assert_eq!(needs(text, &PLAIN).buildkit, expected, "{text}");
    }
}

/// The largest Dockerfile that is looked at, in forms that took a square of their length.
#[test]
fn a_long_file_is_read_in_one_go() {
    let rows = [
        "FROM a\n",
        "FROM a AS b\n",
        "COPY --from=x <<A <<B\n",
        "RUN x \\\n",
        "ARG A=$A$A\n",
        "${A:-",
    ];
    for row in rows {
        let text = format!("ARG A=xx\n{}", row.repeat(262_144 / row.len()));
        let seen = needs(&text, &PLAIN);
        assert!(seen.images.len() <= 262_144, "{row}");
    }
}
