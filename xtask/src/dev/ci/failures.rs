//! The reasons of failed tests, repeated at the end, where they are read.

/// The number of lines: a panic in the tests of the practice host has the whole output of the run.
const LINES_MAX: usize = 40;

/// Each failed test with its message, from the output of a test run.
pub(super) fn failures(stdout: &str) -> Vec<String> {
    let mut told = Vec::new();
    let mut lines = stdout.lines().peekable();
    while let Some(line) = lines.next() {
        let Some(name) = line.strip_prefix("---- ").and_then(|it| it.strip_suffix(" stdout ----"))
        else {
            continue;
        };
        told.push(name.to_owned());
        let mut words = Vec::new();
        while let Some(line) = lines.next_if(|it| !it.starts_with("---- ") && *it != "failures:") {
            words.push(line);
        }
        let panic = words.iter().position(|it| it.contains(" panicked at ")).unwrap_or(0);
        let panic = words[panic..].iter().take_while(|it| **it != "stack backtrace:");
        told.extend(panic.take(LINES_MAX).map(|it| format!("  {it}").trim_end().to_owned()));
        while told.last().is_some_and(String::is_empty) {
            told.pop();
        }
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_that_failed_is_told_with_its_last_words() {
        let stdout = "running 3 tests\ntest a ... ok\ntest b::c ... FAILED\ntest d ... FAILED\n\n\
            failures:\n\n---- b::c stdout ----\nsaid before\n\n\
            thread 'b::c' (12) panicked at src/b.rs:7:5:\nleft: 1\nright: 2\nstack backtrace:\n   0: x\n\n\n\
            ---- d stdout ----\nError: \"no\"\n\n\nfailures:\n    b::c\n    d\n\n\
            test result: FAILED. 1 passed; 2 failed;\n";
        let expected = [
            "b::c",
            "  thread 'b::c' (12) panicked at src/b.rs:7:5:",
            "  left: 1",
            "  right: 2",
            "d",
            "  Error: \"no\"",
        ];
        assert_eq!(failures(stdout), expected);
        assert_eq!(failures("running 1 test\ntest a ... ok\n"), [""; 0]);
    }
}
