//! Does the proxy get to know every public name? Values in, findings out, so it runs anywhere.
//!
//! `cargo run --example day1_3_cert_readiness`

#![expect(clippy::print_stdout, reason = "an example shows what it found")]

use hemma_tls::readiness::{Declared, Expected, Running, Service, Variables, judge};

fn main() {
    let variables = |port: &str| Variables {
        virtual_host: Some("api.huleedu.hule.education".to_owned()),
        virtual_port: Some(port.to_owned()),
        letsencrypt_host: Some("api.huleedu.hule.education".to_owned()),
    };
    // What the compose files say, and what the container was created with.
    let networks = vec!["hule-network".to_owned()];
    let gateway = Service {
        name: "api_gateway_service".to_owned(),
        declared: Declared { variables: variables("8080"), networks: networks.clone() },
        running: Some(Running {
            container: "huleedu_api_gateway_service".to_owned(),
            variables: variables("80"),
            networks,
            ..Running::default()
        }),
    };
    let expected = Expected {
        name: "api.huleedu.hule.education".to_owned(),
        service: "api_gateway_service".to_owned(),
    };
    for finding in judge(&[expected], &[gateway], "hule-network").findings {
        println!("{} {}: {}", finding.verdict.mark(), finding.subject, finding.detail);
    }
}
