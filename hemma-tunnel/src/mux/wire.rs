//! The messages of OpenSSH's control socket that a forward needs (`PROTOCOL.mux`, version 4).

use std::net::SocketAddr;

const VERSION: u32 = 4;

const HELLO: u32 = 0x0000_0001;
const NEW_STDIO_FORWARD: u32 = 0x1000_0008;
const PERMISSION_DENIED: u32 = 0x8000_0002;
const FAILURE: u32 = 0x8000_0003;
const SESSION_OPENED: u32 = 0x8000_0006;

/// The number of the request. A connection has only one, so any number works.
const REQUEST: u32 = 1;

/// The maximum length of a packet. The longest ones that matter are a hello or a reason.
pub(crate) const PACKET_BYTES_MAX: usize = 4 << 10;

/// A hello and the request for a channel to `to`; two file descriptors have to follow.
///
/// `PROTOCOL.mux` calls the port a string, but ssh has always sent and read a number.
pub(super) fn request(to: SocketAddr) -> Vec<u8> {
    let mut hello = Vec::new();
    put(&mut hello, HELLO);
    put(&mut hello, VERSION);
    let mut ask = Vec::new();
    put(&mut ask, NEW_STDIO_FORWARD);
    put(&mut ask, REQUEST);
    put_text(&mut ask, "");
    put_text(&mut ask, &to.ip().to_string());
    put(&mut ask, u32::from(to.port()));
    let mut both = Vec::new();
    for packet in [hello, ask] {
        put_bytes(&mut both, &packet);
    }
    both
}

fn put(into: &mut Vec<u8>, number: u32) {
    into.extend_from_slice(&number.to_be_bytes());
}

fn put_text(into: &mut Vec<u8>, text: &str) {
    put_bytes(into, text.as_bytes());
}

fn put_bytes(into: &mut Vec<u8>, bytes: &[u8]) {
    // The contents are an address or a packet of one: far below the limit of the type.
    put(into, u32::try_from(bytes.len()).unwrap_or(u32::MAX));
    into.extend_from_slice(bytes);
}

/// A message of the ssh master.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reply {
    /// The master speaks this version.
    Hello(u32),
    /// The channel is open: the service has accepted.
    Opened,
    /// The channel is refused for this reason.
    Refused(String),
    /// A message that does not matter here.
    Other(u32),
}

impl Reply {
    /// Reads the content of one packet.
    pub(crate) fn read(packet: &[u8]) -> Option<Self> {
        let (kind, rest) = number(packet)?;
        Some(match kind {
            HELLO => Self::Hello(number(rest)?.0),
            SESSION_OPENED if number(rest)?.0 == REQUEST => Self::Opened,
            PERMISSION_DENIED | FAILURE if number(rest)?.0 == REQUEST => {
                let (length, reason) = number(number(rest)?.1)?;
                let reason = reason.get(..usize::try_from(length).ok()?)?;
                Self::Refused(String::from_utf8_lossy(reason).into_owned())
            }
            other => Self::Other(other),
        })
    }

    pub(super) fn is_other_version(&self) -> bool {
        matches!(self, Self::Hello(version) if *version != VERSION)
    }
}

fn number(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let (number, rest) = bytes.split_first_chunk::<4>()?;
    Some((u32::from_be_bytes(*number), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_what_ssh_itself_sends() {
        let at = SocketAddr::from(([127, 0, 0, 1], 8085));
        let expected = [
            &[0, 0, 0, 8, 0, 0, 0, 1, 0, 0, 0, 4][..],
            &[0, 0, 0, 29, 0x10, 0, 0, 8, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 9],
            b"127.0.0.1",
            &[0, 0, 0x1f, 0x95],
        ];
        assert_eq!(request(at), expected.concat());
    }

    #[test]
    fn replies_are_read_and_nonsense_is_not() {
        let refused = b"\x80\0\0\x03\0\0\0\x01\0\0\0\x04nope";
        let rows: [(&[u8], Option<Reply>); 8] = [
            (b"\0\0\0\x01\0\0\0\x04", Some(Reply::Hello(4))),
            (b"\x80\0\0\x06\0\0\0\x01\0\0\0\x02", Some(Reply::Opened)),
            (b"\x80\0\0\x06\0\0\0\x07\0\0\0\x02", Some(Reply::Other(0x8000_0006))),
            (refused, Some(Reply::Refused("nope".to_owned()))),
            (&refused[..14], None),
            (b"\x80\0\0\x03\0\0\0\x01\xff\xff\xff\xff", None),
            (b"\x80\0\0\x01", Some(Reply::Other(0x8000_0001))),
            (b"\0\0", None),
        ];
        for (packet, expected) in rows {
            assert_eq!(Reply::read(packet), expected, "{packet:?}");
        }
    }
}
