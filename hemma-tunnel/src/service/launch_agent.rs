//! The property list for launchd.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Error, LABEL, Service};

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Agent<'s> {
    label: &'static str,
    program_arguments: Vec<String>,
    environment_variables: BTreeMap<&'static str, &'s str>,
    run_at_load: bool,
    keep_alive: KeepAlive,
    /// The process type. launchd delays the timers of other types, which a tunnel needs.
    process_type: &'static str,
    standard_out_path: String,
    standard_error_path: String,
}

/// Restart after a crash, and not after `tunnel stop`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct KeepAlive {
    successful_exit: bool,
}

pub(super) fn render(service: &Service) -> Result<String, Error> {
    let program = service.program.display().to_string();
    let log = service.log.display().to_string();
    let agent = Agent {
        label: LABEL,
        program_arguments: std::iter::once(program).chain(service.arguments.clone()).collect(),
        environment_variables: service.environment().collect(),
        run_at_load: true,
        keep_alive: KeepAlive { successful_exit: false },
        process_type: "Interactive",
        standard_out_path: log.clone(),
        standard_error_path: log,
    };
    let failed = |said: String| Error::Render { said };
    let mut text = Vec::new();
    plist::to_writer_xml(&mut text, &agent).map_err(|error| failed(error.to_string()))?;
    text.push(b'\n');
    String::from_utf8(text).map_err(|error| failed(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::super::{Manager, tests::service};

    #[test]
    fn a_property_list_reads_back_as_the_values_it_was_made_from() {
        let service = service(Manager::Launchd);
        let text = service.text().expect("it renders");
        let value: plist::Dictionary = plist::from_bytes(text.as_bytes()).expect("it is one");
        let words = value["ProgramArguments"].as_array().expect("an array");
        let words: Vec<&str> = words.iter().filter_map(plist::Value::as_string).collect();
        assert_eq!(words[0], "/home/someone/a dir/xtask");
        assert_eq!(words[1..], service.arguments);
        let environment = value["EnvironmentVariables"].as_dictionary().expect("a dictionary");
        assert_eq!(environment["PATH"].as_string(), Some(service.path.as_str()));
        assert_eq!(environment["SSH_AUTH_SOCK"].as_string(), service.agent.as_deref());
        assert!(!text.contains("YOUR_USERNAME"));
    }
}
