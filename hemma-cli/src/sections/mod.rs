//! The runbook's sections, one file each, in runbook order.
//!
//! Each is listed twice: a macro would avoid that, but hide the files from rustfmt.

mod day0_1_preconditions;
mod day1_1_dns_records;
mod day1_2_proxy_health;
mod day1_3_cert_readiness;
mod day2_0_checkout_location;
mod day2_1_external_network;
mod day2_2_mirror_repo;
mod day2_3_env_file;
mod day2_4_shared_db;
mod day2_5_first_deploy;
mod day2_6_service_health;
mod day2_7_routing_tls;
mod day3_1_language_tool_deploy;
mod day3_2_language_tool_health;
mod day3_3_tunnels;
mod day3_4_smoke_test;
mod notes_1_public_surface;
mod offload_1_image_build;
mod offload_2_container_run;
mod offload_3_container_health;
mod offload_4_tunnel;
mod offload_5_pipeline;

use crate::section::Registered;

/// hemma's own sections, in runbook order.
pub(crate) const OWN: [Registered; 22] = [
    Registered::of::<day0_1_preconditions::Args>(),
    Registered::of::<day1_1_dns_records::Args>(),
    Registered::of::<day1_2_proxy_health::Args>(),
    Registered::of::<day1_3_cert_readiness::Args>(),
    Registered::of::<day2_0_checkout_location::Args>(),
    Registered::of::<day2_1_external_network::Args>(),
    Registered::of::<day2_2_mirror_repo::Args>(),
    Registered::of::<day2_3_env_file::Args>(),
    Registered::of::<day2_4_shared_db::Args>(),
    Registered::of::<day2_5_first_deploy::Args>(),
    Registered::of::<day2_6_service_health::Args>(),
    Registered::of::<day2_7_routing_tls::Args>(),
    Registered::of::<day3_1_language_tool_deploy::Args>(),
    Registered::of::<day3_2_language_tool_health::Args>(),
    Registered::of::<day3_3_tunnels::Args>(),
    Registered::of::<day3_4_smoke_test::Args>(),
    Registered::of::<offload_1_image_build::Args>(),
    Registered::of::<offload_2_container_run::Args>(),
    Registered::of::<offload_3_container_health::Args>(),
    Registered::of::<offload_4_tunnel::Args>(),
    Registered::of::<offload_5_pipeline::Args>(),
    Registered::of::<notes_1_public_surface::Args>(),
];
