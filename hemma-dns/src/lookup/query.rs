//! One question as the bytes of a message.

use hickory_proto::op::{Edns, Message, Query};
use hickory_proto::rr::{Name, RecordType};

use super::{Lookup, LookupError, RecordKind, Vantage};

/// The size of a datagram that is fragmented on no path.
pub(super) const DATAGRAM_BYTES_MAX: u16 = 1232;

/// A question as bytes, with the parts that its answer has to repeat.
pub(super) struct Asked {
    pub(super) query: Query,
    pub(super) bytes: Vec<u8>,
}

pub(super) fn question(lookup: &Lookup) -> Result<Asked, LookupError> {
    let name = Name::from_ascii(lookup.name.as_str());
    let mut name = name.map_err(|it| LookupError::network(lookup, &it))?;
    name.set_fqdn(true);
    let query = Query::query(name, record_type(lookup.kind));
    let mut message = Message::query();
    message.add_query(query.clone());
    message.metadata.recursion_desired = !matches!(lookup.at, Vantage::Authority(_));
    let mut edns = Edns::new();
    edns.set_max_payload(DATAGRAM_BYTES_MAX);
    message.set_edns(edns);
    let bytes = message.to_vec().map_err(|it| LookupError::network(lookup, &it))?;
    Ok(Asked { query, bytes })
}

pub(super) fn record_type(kind: RecordKind) -> RecordType {
    match kind {
        RecordKind::A => RecordType::A,
        RecordKind::Aaaa => RecordType::AAAA,
        RecordKind::Cname => RecordType::CNAME,
        RecordKind::Ns => RecordType::NS,
        RecordKind::Caa => RecordType::CAA,
        RecordKind::Txt => RecordType::TXT,
    }
}
