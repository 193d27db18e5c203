//! The output on a terminal: the rehearsed deploy, on a real pseudo-terminal of several sizes, in a
//! pipe, and on a dumb terminal.

mod seat;
mod watch;

use std::fs::File;
use std::process::Stdio;

use seat::{Seat, hemma};

const REHEARSE: [&str; 2] = ["deploy", "--rehearse"];

#[test]
fn a_plan_and_its_end_fit_a_small_terminal_by_whole_words() {
    let mut seat = Seat::at(24, 80, &REHEARSE, &[]);
    seat.sees("[y/N]");
    let asked = seat.lines();
    let plan = asked.iter().position(|it| it.starts_with("Plan: ")).expect("it is summed up");
    assert!(plan < 24, "the plan fits a screen: {asked:#?}");
    let databases =
        asked.iter().filter(|it| it.contains("DATABASE") || it.starts_with("+ create   "));
    assert_eq!(databases.count(), 2, "databases and containers have a line each: {asked:#?}");
    let text = asked.join(" ");
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains("to hemma (huleedu): 1 clone, 1 network, 1 role"), "{text}");
    assert!(text.contains("12 builds, 12 containers. Go ahead? [y/N]"), "{text}");
    seat.types("y\n");
    let ended = seat.ends();
    assert_eq!(ended.code, Some(0), "{:#?}", ended.lines);
    assert!(ended.broken.is_empty(), "words are broken: {:#?}", ended.broken);
    let said = |words: &str| ended.lines.iter().any(|it| it.contains(words));
    assert!(said("built  kafka_topic_setup"), "{:#?}", ended.lines);
    assert!(
        said("12 services") && said("10 healthy, 1 running, 1 exited 0") && !said("---> "),
        "{:#?}",
        ended.lines
    );
    assert!(said("Live on hemma (huleedu) since "), "{:#?}", ended.lines);
    let last = ended.lines.iter().rev().find(|it| !it.is_empty()).expect("it said something");
    assert!(last.starts_with("Next: `cargo xtask status`"), "{last}");
}

#[test]
fn everything_is_unfolded_where_that_is_asked_for() {
    let mut seat = Seat::at(50, 200, &["deploy", "--rehearse", "--all"], &[]);
    seat.sees("[y/N]");
    let lines = seat.lines();
    let databases = lines.iter().filter(|it| it.contains("CREATE DATABASE")).count();
    assert_eq!(databases, 13, "{lines:#?}");
    seat.types("y\n");
    let ended = seat.ends();
    assert_eq!((ended.code, ended.broken.len()), (Some(0), 0), "{:#?}", ended.lines);
    let passes = ended.lines.iter().filter(|it| it.starts_with("pass  service")).count();
    assert_eq!(passes, 12, "{:#?}", ended.lines);
}

#[test]
fn what_was_typed_before_the_question_is_no_answer_to_it() {
    let mut seat = Seat::at(24, 80, &REHEARSE, &[]);
    seat.types("y\ny\n");
    seat.sees("[y/N]");
    assert!(seat.is_at_it(), "it was agreed to unseen");
    // Ctrl-D, which is not an answer either.
    seat.types("\u{4}");
    let ended = seat.ends();
    assert_eq!(ended.code, Some(4), "{:#?}", ended.lines);
    assert!(ended.lines.iter().any(|it| it == "nothing was changed"), "{:#?}", ended.lines);
}

#[test]
fn an_interruption_at_the_question_changes_nothing_and_says_so() {
    let mut seat = Seat::at(24, 80, &REHEARSE, &[]);
    seat.sees("[y/N]");
    seat.types("\u{3}");
    let ended = seat.ends();
    assert_eq!(ended.code, Some(130), "{:#?}", ended.lines);
    let said = "interrupted; nothing was changed";
    assert!(ended.lines.iter().any(|it| it == said), "{:#?}", ended.lines);
}

#[test]
fn a_terminal_that_is_closed_ends_the_run_in_order() {
    let mut seat = Seat::at(24, 80, &REHEARSE, &[]);
    seat.sees("[y/N]");
    assert_eq!(seat.closes(), Some(130));
}

#[test]
fn a_terminal_that_can_do_little_gets_plain_lines() {
    let mut seat = Seat::at(24, 80, &REHEARSE, &[("TERM", "dumb"), ("CI", "true")]);
    seat.sees("[y/N]");
    seat.types("y\n");
    let ended = seat.ends();
    assert_eq!(ended.code, Some(0), "{:#?}", ended.lines);
    assert!(!ended.bytes.contains('\u{1b}'), "a sequence for a better terminal was written");
    assert!(ended.lines.iter().any(|it| it.contains("kafka_topic_setup | built")));
}

#[test]
fn without_colour_nothing_is_coloured() {
    let mut seat = Seat::at(24, 80, &["plan", "--rehearse"], &[("NO_COLOR", "1")]);
    let ended = seat.ends();
    assert_eq!(ended.code, Some(4), "{:#?}", ended.lines);
    let colours = ["\u{1b}[3", "\u{1b}[1m", "\u{1b}[2m"];
    assert!(colours.iter().all(|it| !ended.bytes.contains(it)), "{}", ended.bytes);
}

#[test]
fn a_pipe_gets_whole_lines_without_colours() {
    let ran = hemma(&REHEARSE).stdout(Stdio::piped()).output().expect("it starts");
    let (stdout, stderr) = (text(&ran.stdout), text(&ran.stderr));
    assert_eq!(ran.status.code(), Some(0), "{stderr}");
    assert!(!stdout.contains('\u{1b}') && !stderr.contains('\u{1b}'));
    assert!(
        stdout.contains("huleedu_result_aggregator, huleedu_spellchecker; each: it is missing")
    );
    assert!(stderr.contains("  kafka_topic_setup | built"), "{stderr}");
    assert!(
        stderr.contains("kafka or language_tool_service or redis | step 3/7: COPY"),
        "{stderr}"
    );
    assert!(!stderr.contains("--->"), "{stderr}");
    let last = stdout.lines().next_back().unwrap_or_default();
    assert!(last.starts_with("Next: "), "{stdout}");
}

#[test]
fn an_output_that_cannot_be_written_is_our_own() {
    let full = || File::options().write(true).open("/dev/full").expect("Linux has it");
    let ran = hemma(&REHEARSE).stdout(full()).output().expect("it starts");
    let stderr = text(&ran.stderr);
    assert_eq!(ran.status.code(), Some(5), "{stderr}");
    assert!(stderr.contains("hemma's own standard output could not be written"), "{stderr}");
    assert!(stderr.contains("No space left on device") && !stderr.contains("df -h"), "{stderr}");

    let ran = hemma(&["--help"]).stdout(full()).output().expect("it starts");
    assert_eq!(ran.status.code(), Some(5), "{}", text(&ran.stderr));

    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let ran = hemma(&REHEARSE).stdout(writer).output().expect("it starts");
    let stderr = text(&ran.stderr);
    assert_eq!(ran.status.code(), Some(0), "a reader that leaves is no error: {stderr}");
    assert!(!stderr.contains("error"), "{stderr}");
}

#[test]
fn nothing_is_asked_where_the_plan_could_not_be_shown() {
    let mut seat = Seat::with(24, 80, &REHEARSE, &[], Some("/dev/full"));
    let ended = seat.ends();
    assert_eq!(ended.code, Some(2), "{:#?}", ended.lines);
    assert!(ended.lines.iter().any(|it| it.contains("could not be shown")), "{:#?}", ended.lines);
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
