//! Reads an answer from bytes, without a socket or a clock.

use std::net::SocketAddr;

use hickory_proto::op::{Message, ResponseCode};
use hickory_proto::rr::{DNSClass, Name, RData, Record as Raw, RecordType};

use super::query::{Asked, DATAGRAM_BYTES_MAX, record_type};
use super::{Alias, Answer, Data, Found, Lookup, LookupError, Record, Transport, Vantage};

/// The maximum length of a chain of aliases. Real chains have two or three.
const ALIASES_MAX: usize = 16;
const RECORDS_MAX: usize = 64;
const TEXT_CHARS_MAX: usize = 400;

const HEADER_BYTES: usize = 12;

/// The content of a reply.
pub(super) enum Reply {
    Said(Answer),
    /// The reply did not fit into a datagram.
    Truncated,
}

/// Why a packet cannot be taken as a reply.
pub(super) enum Unread {
    /// The packet does not belong to our question, for example because it is forged. We go on
    /// waiting.
    NotOurs,
    Error(LookupError),
}

pub(super) fn read(
    lookup: &Lookup,
    asked: &Asked,
    bytes: &[u8],
    by: SocketAddr,
    over: Transport,
) -> Result<Reply, Unread> {
    const IS_ANSWER: u8 = 0x80;
    const IS_CUT: u8 = 0x02;
    const OPCODE: u8 = 0x78;
    if bytes.len() < HEADER_BYTES || bytes[..2] != asked.bytes[..2] || bytes[2] & IS_ANSWER == 0 {
        return Err(Unread::NotOurs);
    }
    // Ours is a query; the opcodes of updates and notifications are others.
    if bytes[2] & OPCODE != 0 {
        return Err(Unread::NotOurs);
    }
    // A truncated datagram may end in the middle of a record, so this is checked first. Some servers
    // send more than they were told to, and what came of it is truncated as well.
    let is_oversized = over == Transport::Udp && bytes.len() > usize::from(DATAGRAM_BYTES_MAX);
    if bytes[2] & IS_CUT != 0 || is_oversized {
        return Ok(Reply::Truncated);
    }
    let unreadable = |it| Unread::Error(LookupError::malformed(lookup, &it));
    let message = Message::from_vec(bytes).map_err(unreadable)?;
    let code = message.metadata.response_code;
    // A server that could not read the question cannot repeat it.
    let unrepeated = message.queries.is_empty() && code != ResponseCode::NoError;
    if message.queries != [asked.query.clone()] && !unrepeated {
        return Err(Unread::NotOurs);
    }
    refusal(lookup, code).map_or(Ok(()), |it| Err(Unread::Error(it)))?;
    if let Some(other) = message.answers.iter().find(|it| it.dns_class != DNSClass::IN) {
        let reason = format!("it has a record of the class {}", other.dns_class);
        return Err(Unread::Error(LookupError::malformed(lookup, &reason)));
    }
    let answer = follow(lookup, asked.query.name(), &message, by, over);
    if answer.found == Found::NoRecords && answer.aliases.is_empty() {
        referral(lookup, &message).map_or(Ok(()), |it| Err(Unread::Error(it)))?;
    }
    Ok(Reply::Said(answer))
}

fn refusal(lookup: &Lookup, code: ResponseCode) -> Option<LookupError> {
    let (name, kind, at) = (lookup.name.clone(), lookup.kind, lookup.at);
    match code {
        ResponseCode::NoError | ResponseCode::NXDomain => None,
        ResponseCode::ServFail => Some(LookupError::ServerFailed { name, kind, at }),
        ResponseCode::Refused => Some(LookupError::Refused { name, kind, at }),
        other => Some(LookupError::Code { name, kind, at, code: code_name(other) }),
    }
}

/// The name of a code. The library takes 16 for the code of a signature, which stands elsewhere in a
/// message; in its header 16 is about the version of EDNS.
fn code_name(code: ResponseCode) -> String {
    match code {
        ResponseCode::BADVERS | ResponseCode::BADSIG => {
            "BADVERS (it does not know this version of EDNS)".to_owned()
        }
        ResponseCode::Unknown(number) => format!("the code {number}"),
        known => known.to_string(),
    }
}

/// The error for a server that does not have the zone and names those that do.
fn referral(lookup: &Lookup, message: &Message) -> Option<LookupError> {
    let meta = &message.metadata;
    let of = |kind| message.authorities.iter().find(|it| it.record_type() == kind);
    let zone = of(RecordType::NS).filter(|_| of(RecordType::SOA).is_none())?;
    let passed_on = !meta.authoritative && matches!(lookup.at, Vantage::Authority(_));
    let (name, at) = (lookup.name.clone(), lookup.at);
    passed_on.then(|| LookupError::Referred { name, at, zone: text_of(&zone.name) })
}

/// Follows the aliases from `name` through the records of one message.
fn follow(
    lookup: &Lookup,
    name: &Name,
    message: &Message,
    by: SocketAddr,
    over: Transport,
) -> Answer {
    let wanted = record_type(lookup.kind);
    let mut answer = Answer {
        found: Found::NoRecords,
        aliases: Vec::new(),
        records: Vec::new(),
        omitted: 0,
        by,
        authoritative: message.metadata.authoritative,
        over,
    };
    let mut seen = vec![name];
    while let Some(current) = seen.last().copied() {
        let here = || message.answers.iter().filter(|it| it.name == *current);
        let mut records = here().filter(|it| it.record_type() == wanted).filter_map(record);
        answer.records = records.by_ref().take(RECORDS_MAX).collect();
        answer.omitted = records.count();
        if !answer.records.is_empty() {
            answer.found = Found::Records;
            return answer;
        }
        let alias = here().find_map(|it| match &it.data {
            RData::CNAME(target) => Some((&target.0, it.ttl)),
            _ => None,
        });
        let Some((target, ttl)) = alias else { break };
        answer.aliases.push(Alias { target: text_of(target), ttl });
        if seen.contains(&target) || seen.len() >= ALIASES_MAX {
            answer.found = Found::AliasLoop;
            return answer;
        }
        seen.push(target);
    }
    answer.found = ending(lookup, message, !answer.aliases.is_empty());
    answer
}

/// The kind of result if there is no record of the wanted type.
fn ending(lookup: &Lookup, message: &Message, aliased: bool) -> Found {
    if message.metadata.response_code == ResponseCode::NXDomain {
        return Found::NoSuchName;
    }
    // A server of the zone proves with a SOA record that the end of the alias has no records.
    // Without one, the end is in another zone. A resolver always goes to the end.
    let proven = message.authorities.iter().any(|it| it.record_type() == RecordType::SOA);
    let unfinished = aliased && !proven && matches!(lookup.at, Vantage::Authority(_));
    if unfinished { Found::AliasOnly } else { Found::NoRecords }
}

fn record(raw: &Raw) -> Option<Record> {
    let data = match &raw.data {
        RData::A(address) => Data::A(address.0),
        RData::AAAA(address) => Data::Aaaa(address.0),
        RData::CNAME(target) => Data::Cname(text_of(&target.0)),
        RData::NS(server) => Data::Ns(text_of(&server.0)),
        RData::CAA(caa) => Data::Caa {
            critical: caa.issuer_critical,
            tag: printable(caa.tag.as_bytes()).to_ascii_lowercase(),
            value: printable(&caa.value),
        },
        RData::TXT(text) => Data::Txt(printable(&text.txt_data.concat())),
        _ => return None,
    };
    Some(Record { ttl: raw.ttl, data })
}

/// A name as text: lower case, unusual bytes escaped, no trailing dot.
fn text_of(name: &Name) -> String {
    let text = name.to_lowercase().to_ascii();
    text.strip_suffix('.').filter(|it| !it.is_empty()).map_or(text.clone(), str::to_owned)
}

/// Foreign text made safe for a terminal, and shortened.
fn printable(bytes: &[u8]) -> String {
    // A character has at most four bytes.
    let bytes = &bytes[..bytes.len().min(4 * TEXT_CHARS_MAX)];
    let text = String::from_utf8_lossy(bytes);
    text.chars().take(TEXT_CHARS_MAX).map(|it| if it.is_control() { '·' } else { it }).collect()
}

/// Reads `bytes` as every kind of answer. It is for the fuzzer, which must not know the message
/// format.
#[cfg(feature = "fuzzing")]
pub fn fuzz_read(bytes: &[u8]) {
    use super::RecordKind;

    let by = SocketAddr::from(([127, 0, 0, 1], 53));
    let Ok(name) = "a.example".parse() else { return };
    for kind in [RecordKind::A, RecordKind::Caa, RecordKind::Txt, RecordKind::Ns] {
        let lookup = Lookup::new(&name, kind, Vantage::Authority(by));
        let Ok(mut asked) = super::query::question(&lookup) else { return };
        let id = bytes.len().min(2);
        asked.bytes[..id].copy_from_slice(&bytes[..id]);
        let queries = Message::from_vec(bytes).map(|it| it.queries).unwrap_or_default();
        asked.query = queries.into_iter().next().unwrap_or(asked.query);
        let _ = read(&lookup, &asked, bytes, by, Transport::Tcp);
    }
}
