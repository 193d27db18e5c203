//! Findings as text.

use hemma_core::{Finding, Report, Verdict};

use super::page::Page;
use super::words::{FAINT, GREEN, RED, YELLOW, hint_words, line, plain};
use crate::proposal::listed;

/// The number of passes of one area from which on they share a line.
const FOLDED_MIN: usize = 4;

/// The largest number of states that is still a summary.
const STATES_MAX: usize = 3;

/// The width in front of each row: its verdict in four columns and a gap.
const LEAD: usize = 6;

/// One line for each finding, in columns, with its evidence below.
pub(super) fn report(page: Page, report: &Report) -> String {
    let groups = groups(page, report);
    let rows: Vec<_> = groups.iter().map(|it| cells(page, it)).collect();
    let mut text = String::new();
    for (group, row) in groups.iter().zip(page.columns(LEAD, &rows)) {
        let verdict = group[0].verdict;
        let style = match verdict {
            Verdict::Pass => GREEN,
            Verdict::Fail => RED,
            Verdict::Unknown => YELLOW,
        };
        line(&mut text, format_args!("{style}{:4}{style:#}  {row}", verdict.mark()));
        for evidence in group.iter().flat_map(|it| &it.evidence) {
            let evidence = page.wrapped(&format!("{:LEAD$}{}", "", plain(evidence)), LEAD + 2);
            line(&mut text, format_args!("{FAINT}{evidence}{FAINT:#}"));
        }
    }
    text
}

/// The findings that share a line: neighbouring passes of one area.
fn groups<'r>(page: Page, report: &'r Report) -> Vec<Vec<&'r Finding>> {
    let area = |it: &'r Finding| it.subject.split_once(' ').map(|it| it.0);
    let alike = |a: &&'r Finding, b: &&'r Finding| {
        let plain = |it: &Finding| it.verdict == Verdict::Pass && it.evidence.is_empty();
        plain(a) && plain(b) && area(a).is_some() && area(a) == area(b)
    };
    let findings: Vec<&Finding> = report.findings.iter().collect();
    let folded = |it: &[&Finding]| page.folded && it.len() >= FOLDED_MIN;
    let single = |it: &[&'r Finding]| -> Vec<Vec<&'r Finding>> {
        if folded(it) { vec![it.to_vec()] } else { it.iter().map(|it| vec![*it]).collect() }
    };
    findings.chunk_by(alike).flat_map(single).collect()
}

fn cells(page: Page, group: &[&Finding]) -> [String; 2] {
    let [first, rest @ ..] = group else { return Default::default() };
    if rest.is_empty() {
        return [plain(&first.subject), plain(&first.detail)];
    }
    let (area, _) = first.subject.split_once(' ').unwrap_or_default();
    [format!("{} {area}s", group.len()), states(page, group)]
}

/// The number of findings in each state, by the first words of each; or their names, if they have
/// no state in common.
fn states(page: Page, group: &[&Finding]) -> String {
    let mut states: Vec<(String, usize)> = Vec::new();
    for finding in group {
        let state = plain(finding.detail.split([',', ';']).next().unwrap_or_default());
        match states.iter_mut().find(|it| it.0 == state) {
            Some(known) => known.1 += 1,
            None => states.push((state, 1)),
        }
    }
    match &states[..] {
        [(state, _)] => state.clone(),
        [_, .., _] if states.len() <= STATES_MAX => {
            states.iter().map(|it| format!("{} {}", it.1, it.0)).collect::<Vec<_>>().join(", ")
        }
        _ => {
            let name = |it: &&Finding| plain(it.subject.split_once(' ').map_or("", |it| it.1));
            let names: Vec<_> = group.iter().map(name).collect();
            let room = page.width.map_or(usize::MAX, |it| it.saturating_sub(LEAD + 30));
            let most = (1..=names.len()).rev().find(|it| listed(&names, *it).len() <= room);
            listed(&names, most.unwrap_or(1))
        }
    }
}

/// The hints, each once, after a blank line.
pub(super) fn hints(page: Page, report: &Report) -> String {
    let mut said: Vec<String> = Vec::new();
    for hint in report.findings.iter().filter_map(|it| it.hint.as_ref()) {
        let words = hint_words(page, hint);
        if !said.contains(&words) {
            said.push(words);
        }
    }
    let mut text = String::new();
    for (at, words) in said.iter().enumerate() {
        line(&mut text, format_args!("{}{words}", if at == 0 { "\n" } else { "" }));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use hemma_core::{FindingId, Hint};

    const PIPE: Page = Page { width: None, folded: false };

    fn shown(page: Page, found: impl IntoIterator<Item = Finding>) -> String {
        let text = report(page, &found.into_iter().collect());
        anstream::adapter::strip_str(&text).to_string()
    }

    #[test]
    fn findings_stand_in_columns_with_their_evidence() {
        let found = [
            Finding::pass(FindingId::default(), "network hule-network", "exists"),
            Finding::fail(FindingId::default(), "web", "unhealthy").evidence(["curl: (7) refused"]),
            Finding::unknown(FindingId::default(), "checkout", &std::fmt::Error),
        ];
        let expected = "\
pass  network hule-network  exists
FAIL  web                   unhealthy
      curl: (7) refused
?     checkout              an error occurred when formatting an argument
";
        assert_eq!(shown(PIPE, found), expected);
    }

    #[test]
    fn passes_of_one_area_are_one_line_on_a_terminal_and_problems_never() {
        let service = |it: &str| {
            Finding::pass(FindingId::default(), format!("service {it}"), "healthy, up 8 seconds")
        };
        let found = || {
            let names = ["api_gateway", "bff_teacher", "content", "essay_lifecycle", "identity"];
            let mut found: Vec<_> = names.iter().map(|it| service(it)).collect();
            "running, and not restarted".clone_into(&mut found[4].detail);
            found.insert(0, Finding::pass(FindingId::default(), "docker", "28.2.2"));
            found.push(Finding::fail(FindingId::default(), "service web", "unhealthy"));
            found
        };
        let page = Page { width: Some(80), folded: true };
        let expected = "\
pass  docker       28.2.2
pass  5 services   4 healthy, 1 running
FAIL  service web  unhealthy
";
        assert_eq!(shown(page, found()), expected);
        assert_eq!(shown(PIPE, found()).lines().count(), 7);
    }

    #[test]
    fn a_hint_is_given_once() {
        let hint = || Hint::Run("ssh hemma".to_owned());
        let found = [
            Finding::fail(FindingId::default(), "a", "").hint(hint()),
            Finding::fail(FindingId::default(), "b", "").hint(hint()),
        ];
        let text = hints(PIPE, &found.into_iter().collect());
        let text = anstream::adapter::strip_str(&text).to_string();
        assert_eq!(text, "\nhint: run `ssh hemma`\n");
    }
}
