//! The unit for systemd's user manager.

use std::fmt::Write as _;

use super::{Error, Service};

#[expect(clippy::unnecessary_wraps, reason = "as for the other manager, whose writer can fail")]
pub(super) fn render(service: &Service) -> Result<String, Error> {
    let program = service.program.display().to_string();
    let words = std::iter::once(&program).chain(&service.arguments).map(|it| word(it, "$$"));
    let mut environment = String::new();
    for (name, value) in service.environment() {
        // Writing to a `String` cannot fail.
        let _ = writeln!(environment, "Environment={}", word(&format!("{name}={value}"), "$"));
    }
    // Restart after a crash, and not after `tunnel stop`. systemd's default gives up after five
    // quick failures; a tunnel must not.
    Ok(format!(
        "[Unit]\n\
         Description=Tunnel to localhost-only services, kept open by hemma\n\
         StartLimitIntervalSec=0\n\
         \n\
         [Service]\n\
         Type=exec\n\
         ExecStart={}\n\
         {environment}\
         Restart=on-failure\n\
         RestartSec=5\n\
         \n\
         [Install]\n\
         WantedBy=default.target\n",
        words.collect::<Vec<_>>().join(" ")
    ))
}

/// A word in double quotes, in which systemd expands `%` always and `$` in command lines.
fn word(text: &str, dollar: &str) -> String {
    let mut quoted = String::from("\"");
    for it in text.chars() {
        match it {
            '"' | '\\' => quoted.extend(['\\', it]),
            '%' => quoted.push_str("%%"),
            '$' => quoted.push_str(dollar),
            it => quoted.push(it),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::super::{Manager, tests::service};

    #[test]
    fn words_stay_words() {
        let text = service(Manager::Systemd).text().expect("it renders");
        let line = text.lines().find(|it| it.starts_with("ExecStart=")).expect("it is there");
        assert_eq!(
            line,
            r#"ExecStart="/home/someone/a dir/xtask" "tunnel" "run" "--host" "100%% $$HOME \"x\" \\""#
        );
        assert!(text.contains("\nEnvironment=\"SSH_AUTH_SOCK=/run/user/1000/keyring/ssh\"\n"));
    }
}
