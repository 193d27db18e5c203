//! Channels to the host over the control socket of a running ssh.
//!
//! This library listens itself and asks ssh for one channel per connection (as `ssh -W` does),
//! instead of letting ssh listen (`ssh -L`). So the port stays bound while the link is down, a
//! refusal by the service is noticed at once instead of looking like an empty answer, and bytes are
//! counted. ssh gets the ends of two pipes and does the rest; the cost is one more copy on this
//! machine.

mod wire;

use std::io;
use std::io::IoSlice;
use std::net::SocketAddr;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;
use std::pin::Pin;
use std::task::{Context, Poll};

use rustix::net::{SendAncillaryBuffer, SendAncillaryMessage, SendFlags};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, Interest, ReadBuf};
use tokio::net::UnixStream;
use tokio::net::unix::pipe;

pub(crate) use wire::{PACKET_BYTES_MAX, Reply};

/// Bytes to and from a service on the host.
#[derive(Debug)]
pub(crate) struct Channel {
    pub(crate) to: pipe::Sender,
    pub(crate) from: pipe::Receiver,
    /// ssh ends the channel when this closes, in any state.
    pub(crate) _control: UnixStream,
}

/// Asks the ssh behind `socket` for a channel to `to`, as the host sees it. Returns when the
/// service has accepted.
pub(crate) async fn open(socket: &Path, to: SocketAddr) -> Result<Channel, Error> {
    let mut control = UnixStream::connect(socket).await.map_err(Error::Master)?;
    let (theirs_in, ours_to) = io::pipe().map_err(Error::Pipe)?;
    let (ours_from, theirs_out) = io::pipe().map_err(Error::Pipe)?;
    control.write_all(&wire::request(to)).await.map_err(Error::Master)?;
    for end in [theirs_in.as_fd(), theirs_out.as_fd()] {
        pass(&control, end).await.map_err(Error::Master)?;
    }
    // The copies must be closed here, or the ends would never be seen.
    drop((theirs_in, theirs_out));
    loop {
        let reply = read(&mut control).await?;
        if reply.is_other_version() {
            return Err(Error::Protocol);
        }
        match reply {
            Reply::Opened => break,
            Reply::Refused(reason) => return Err(Error::Refused { reason }),
            Reply::Hello(_) | Reply::Other(_) => {}
        }
    }
    let to = pipe::Sender::from_owned_fd(OwnedFd::from(ours_to)).map_err(Error::Pipe)?;
    let from = pipe::Receiver::from_owned_fd(OwnedFd::from(ours_from)).map_err(Error::Pipe)?;
    Ok(Channel { to, from, _control: control })
}

async fn read(control: &mut UnixStream) -> Result<Reply, Error> {
    let length = control.read_u32().await.map_err(Error::Master)?;
    let length = usize::try_from(length).ok().filter(|it| *it <= PACKET_BYTES_MAX);
    let mut packet = vec![0; length.ok_or(Error::Protocol)?];
    control.read_exact(&mut packet).await.map_err(Error::Master)?;
    Reply::read(&packet).ok_or(Error::Protocol)
}

/// Sends one byte with one file descriptor, as ssh expects.
async fn pass(control: &UnixStream, end: BorrowedFd<'_>) -> io::Result<()> {
    let send = || {
        let mut space = [std::mem::MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
        let mut beside = SendAncillaryBuffer::new(&mut space);
        let ends = [end];
        if !beside.push(SendAncillaryMessage::ScmRights(&ends)) {
            return Err(io::Error::other("no room for a descriptor"));
        }
        let sent =
            rustix::net::sendmsg(control, &[IoSlice::new(&[0])], &mut beside, SendFlags::empty());
        sent.map(drop).map_err(io::Error::from)
    };
    control.async_io(Interest::WRITABLE, send).await
}

impl AsyncRead for Channel {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.from).poll_read(cx, buf)
    }
}

impl AsyncWrite for Channel {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.to).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.to).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.to).poll_shutdown(cx)
    }
}

/// Why a channel was not opened.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// ssh is gone or ending.
    #[error("ssh does not answer on its control socket")]
    Master(#[source] io::Error),
    /// The pipes could not be made; most likely no file descriptors are left.
    #[error("no pipe could be made")]
    Pipe(#[source] io::Error),
    /// The control socket speaks another protocol.
    #[error("ssh speaks another protocol on its control socket")]
    Protocol,
    /// The host or the service refused. ssh does not say here which of them.
    #[error("{reason}")]
    Refused {
        /// ssh's message.
        reason: String,
    },
}
