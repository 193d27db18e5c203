//! A DNS server on loopback that says what a test tells it to, right or wrong.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use hickory_resolver::proto::op::{Message, ResponseCode};
use hickory_resolver::proto::rr::rdata::{A, AAAA, CAA, CNAME, NS, SOA, TXT};
use hickory_resolver::proto::rr::{Name, RData, Record, RecordType};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, UdpSocket};

/// What the server is asked.
pub(crate) struct Asked {
    pub(crate) name: String,
    pub(crate) kind: RecordType,
    pub(crate) over_tcp: bool,
    message: Message,
}

/// What it sends back.
#[derive(Default)]
pub(crate) struct Said {
    pub(crate) packets: Vec<Vec<u8>>,
    pub(crate) after: Duration,
}

impl Asked {
    /// An answer with these records, of which those that do not fit the question are left out, as
    /// a server does it: aliases are followed within the records.
    pub(crate) fn answer(&self, zone: &[Record]) -> Message {
        let mut message = self.message.clone().into_response();
        message.metadata.authoritative = true;
        let mut name = self.message.queries[0].name().clone();
        for _ in 0..zone.len() {
            let here: Vec<&Record> = zone.iter().filter(|it| it.name == name).collect();
            let wanted = here.iter().filter(|it| it.record_type() == self.kind);
            let wanted: Vec<Record> = wanted.map(|it| (*it).clone()).collect();
            if !wanted.is_empty() {
                message.add_answers(wanted);
                return message;
            }
            let alias = here.iter().find(|it| it.record_type() == RecordType::CNAME);
            let Some(alias) = alias else { break };
            message.add_answer((*alias).clone());
            let RData::CNAME(target) = &alias.data else { break };
            name = target.0.clone();
            if !zone.iter().any(|it| it.name == name) && !name.to_ascii().contains("example") {
                // Beyond this zone: nothing more is known here.
                return message;
            }
        }
        if !zone.iter().any(|it| it.name == name) {
            message.metadata.response_code = ResponseCode::NXDomain;
        }
        if message.answers.len() < zone.len() || zone.is_empty() {
            message.add_authority(soa());
        }
        message
    }

    /// An answer with this code and nothing else.
    pub(crate) fn code(&self, code: ResponseCode) -> Message {
        let mut message = self.message.clone().into_response();
        message.metadata.response_code = code;
        message
    }
}

impl Said {
    pub(crate) fn message(message: &Message) -> Self {
        Self { packets: vec![message.to_vec().expect("it encodes")], after: Duration::ZERO }
    }

    pub(crate) fn nothing() -> Self {
        Self::default()
    }
}

/// Starts a server that lives as long as the test.
pub(crate) async fn serve(say: impl Fn(&Asked) -> Said + Send + Sync + 'static) -> SocketAddr {
    let say = Arc::new(say);
    // Both need one port: if another program has one of them, the next port is tried.
    let (tcp, udp) = loop {
        let tcp = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("loopback");
        let address = tcp.local_addr().expect("it is bound");
        if let Ok(udp) = UdpSocket::bind(address).await {
            break (tcp, Arc::new(udp));
        }
    };
    let address = tcp.local_addr().expect("it is bound");
    let over_udp = Arc::clone(&say);
    tokio::spawn(async move {
        let mut packet = [0; 4096];
        while let Ok((length, from)) = udp.recv_from(&mut packet).await {
            let Some(asked) = read(&packet[..length], false) else { continue };
            let (said, udp) = (over_udp(&asked), Arc::clone(&udp));
            tokio::spawn(async move {
                tokio::time::sleep(said.after).await;
                for packet in said.packets {
                    let _ = udp.send_to(&packet, from).await;
                }
            });
        }
    });
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = tcp.accept().await {
            let say = Arc::clone(&say);
            tokio::spawn(async move {
                let length = stream.read_u16().await?;
                let mut packet = vec![0; usize::from(length)];
                stream.read_exact(&mut packet).await?;
                let said = read(&packet, true).map(|it| say(&it)).unwrap_or_default();
                for packet in said.packets {
                    let length = u16::try_from(packet.len()).unwrap_or(u16::MAX);
                    stream.write_all(&length.to_be_bytes()).await?;
                    stream.write_all(&packet).await?;
                }
                Ok::<(), std::io::Error>(())
            });
        }
    });
    address
}

fn read(packet: &[u8], over_tcp: bool) -> Option<Asked> {
    let message = Message::from_vec(packet).ok()?;
    let query = message.queries.first()?;
    let name = query.name().to_ascii().trim_end_matches('.').to_owned();
    Some(Asked { name, kind: query.query_type(), over_tcp, message })
}

fn fqdn(name: &str) -> Name {
    let mut name = Name::from_ascii(name).expect("a name");
    name.set_fqdn(true);
    name
}

/// One record as a line of a zone file: `name ttl kind value`.
pub(crate) fn record(line: &str) -> Record {
    let mut words = line.splitn(4, ' ');
    let mut word = || words.next().expect("name ttl kind value");
    let (name, ttl, kind, value) = (fqdn(word()), word().parse().expect("a ttl"), word(), word());
    let data = match kind {
        "A" => RData::A(A(value.parse().expect("an address"))),
        "AAAA" => RData::AAAA(AAAA(value.parse().expect("an address"))),
        "CNAME" => RData::CNAME(CNAME(fqdn(value))),
        "NS" => RData::NS(NS(fqdn(value))),
        "CAA" => {
            let mut caa = CAA::new_issue(false, None, Vec::new());
            caa.value = value.as_bytes().to_vec();
            RData::CAA(caa)
        }
        "TXT" => RData::TXT(TXT::new(
            value
                .as_bytes()
                .chunks(255)
                .map(|it| String::from_utf8_lossy(it).into_owned())
                .collect(),
        )),
        other => panic!("no such record type here: {other}"),
    };
    Record::from_rdata(name, ttl, data)
}

pub(crate) fn soa() -> Record {
    let data = SOA::new(fqdn("ns.example"), fqdn("root.example"), 1, 60, 60, 60, 60);
    Record::from_rdata(fqdn("example"), 60, RData::SOA(data))
}
