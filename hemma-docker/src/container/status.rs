//! The engine's status text of a container. Before API 1.52 the list has these parts nowhere else.

use super::Health;

/// The parts of a status text.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Status {
    pub(super) health: Option<Health>,
    pub(super) exit_code: Option<i64>,
    pub(super) since: Option<String>,
}

impl Status {
    /// Parses `Up 5 minutes (healthy)`, `Exited (1) 3 seconds ago` and the like. Other texts
    /// (`Created`, `Dead`, `Removal In Progress`) have none of the parts.
    pub(super) fn parse(text: &str) -> Self {
        let text = text.trim();
        if let Some(rest) = text.strip_prefix("Up ") {
            let (since, notes) = rest.split_once(" (").unwrap_or((rest, ""));
            return Self { health: health(notes), exit_code: None, since: words(since) };
        }
        let ended = text.strip_prefix("Exited (").or_else(|| text.strip_prefix("Restarting ("));
        let Some((code, rest)) = ended.and_then(|it| it.split_once(')')) else {
            return Self::default();
        };
        let since = rest.trim().trim_end_matches("ago");
        Self { health: None, exit_code: code.parse().ok(), since: words(since) }
    }
}

/// The health in the notes in parentheses: health, or `Paused`, or both.
fn health(notes: &str) -> Option<Health> {
    notes.split(['(', ')']).find_map(|it| match it.trim() {
        "health: starting" => Some(Health::Starting),
        "healthy" => Some(Health::Healthy),
        "unhealthy" => Some(Health::Unhealthy),
        _ => None,
    })
}

fn words(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_text_of_the_engine_is_read() {
        let rows = [
            ("Up 5 minutes", None, None, Some("5 minutes")),
            ("Up 5 minutes (healthy)", Some(Health::Healthy), None, Some("5 minutes")),
            ("Up 2 seconds (health: starting)", Some(Health::Starting), None, Some("2 seconds")),
            ("Up About an hour (unhealthy)", Some(Health::Unhealthy), None, Some("About an hour")),
            ("Up 3 days (Paused)", None, None, Some("3 days")),
            ("Up Less than a second", None, None, Some("Less than a second")),
            ("Exited (0) 3 seconds ago", None, Some(0), Some("3 seconds")),
            ("Exited (137) About a minute ago", None, Some(137), Some("About a minute")),
            ("Exited (-1) 2 weeks ago", None, Some(-1), Some("2 weeks")),
            ("Restarting (1) 5 seconds ago", None, Some(1), Some("5 seconds")),
            ("Created", None, None, None),
            ("Dead", None, None, None),
            ("Removal In Progress", None, None, None),
            ("", None, None, None),
            ("Exited (", None, None, None),
        ];
        for (text, health, exit_code, since) in rows {
            let since = since.map(str::to_owned);
            assert_eq!(Status::parse(text), Status { health, exit_code, since }, "{text:?}");
        }
    }
}
