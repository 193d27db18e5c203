use hemma_core::ErrorClass;
use hemma_dns::{DnsName, LookupError, RecordKind, Vantage};
use hemma_tls::{Certificate, HandshakeError, Met, Site, SiteName};

use super::samples::{made, missing, said};
use super::{Row, variants};

pub(crate) fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    dns(&mut rows);
    tls(&mut rows);
    variants!(rows, hemma_ingress::exposure::DialError,
        Unknown NoWay { to: made("192.0.2.1:443"), reason: said() };
        Unknown NotRecorded(missing());
    );
    rows
}

fn dns(rows: &mut Vec<Row>) {
    let name = || made::<DnsName>("hule.education");
    let (kind, at) = (RecordKind::A, Vantage::System);
    variants!(rows, hemma_dns::LookupError,
        Unknown ServerFailed { name: name(), kind, at };
        Unknown Refused { name: name(), kind, at };
        Unknown Code { name: name(), kind, at, code: said() };
        Unknown Referred { name: name(), at, zone: said() };
        Unknown TimedOut { name: name(), kind, at, limit_ms: 1, ignored: 0 };
        Unknown Malformed { name: name(), at, reason: said() };
        Unknown Network { name: name(), at, reason: said() };
        Unknown NoServers { reason: said() };
        Unknown NotRecorded(missing());
    );
    variants!(rows, hemma_dns::zone::ZoneError,
        Unknown Walk { name: name(), source: LookupError::NotRecorded(missing()) };
        NotAsPlanned None { name: name() };
        NotAsPlanned Nowhere { zone: name(), names: Vec::new() };
    );
    let name = "a b".parse::<DnsName>().expect_err("it has a space");
    rows.push(Row::new(ErrorClass::Usage, "", name));
}

fn tls(rows: &mut Vec<Row>) {
    let site = || Site::new(made("hule.education"), made("192.0.2.1:443"));
    variants!(rows, hemma_tls::HandshakeError,
        Unknown Unreachable { site: site(), reason: said() };
        Unknown Roots { file: "roots.pem".into(), reason: said() };
        Unknown NotRecorded(missing());
    );
    let path = || "/healthz".to_owned();
    variants!(rows, hemma_tls::GetError,
        Unknown NoConnection { site: site(), met: Met::Unanswered };
        NotAsPlanned NoConnection { site: site(), met: Met::Refused };
        Unknown Handshake { site: site(), source: HandshakeError::NotRecorded(missing()) };
        NotAsPlanned TimedOut { site: site(), path: path(), limit_ms: 1 };
        NotAsPlanned Broken { site: site(), path: path(), reason: said() };
        Unknown NotRecorded(missing());
    );
    let certificate = Certificate::parse(b"no").expect_err("it is no DER");
    rows.push(Row::new(ErrorClass::Unknown, "", certificate));
    let name = "a b".parse::<SiteName>().expect_err("it has a space");
    rows.push(Row::new(ErrorClass::Usage, "", name));
}
