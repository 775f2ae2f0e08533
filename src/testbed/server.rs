//! An HTTP/1.1 server on the loopback interface, in a thread with a runtime of its own, so that any test, synchronous or
//! not, can stand on it. It logs every request and misbehaves on demand.

use std::{
    convert::Infallible,
    fmt, io,
    net::{SocketAddr, TcpListener},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread::JoinHandle,
    time::Duration,
};

use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use http_body_util::{BodyExt as _, Full, StreamBody, combinators::UnsyncBoxBody};
use hyper::{body::Frame, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::{net::TcpStream, sync::oneshot};
use tokio_rustls::TlsAcceptor;

use super::{
    cdn::{Fault, Trouble},
    tls::{Authority, Mutual, Peer},
};

/// What answers requests. Called on the server's threads; may block for a moment.
pub trait Site: Send + Sync + 'static {
    /// The answer to one request.
    fn answer(&self, request: &Request) -> Answer;
}

/// A request, its body already read.
#[derive(Clone, Debug)]
pub struct Request {
    /// `GET`, `HEAD`, …
    pub method: String,
    /// The path, percent-decoded.
    pub path: String,
    /// The query, as sent, without `?`.
    pub query: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Bytes,
    /// The client certificate's worth.
    pub peer: Peer,
    /// `http://127.0.0.1:PORT` of this server, or the name it was asked for as a proxy.
    pub origin: String,
}

impl Request {
    /// The first header of this (lower-case) name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    /// The first query parameter of this name, percent-decoded.
    pub fn parameter(&self, name: &str) -> Option<String> {
        url::form_urlencoded::parse(self.query.as_bytes()).find(|(n, _)| n == name).map(|(_, v)| v.into_owned())
    }
}

/// An answer to a request.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// Headers; `content-length` follows from the body.
    pub headers: Vec<(String, String)>,
    /// The body; of a `HEAD` request only its length is told.
    pub body: Bytes,
}

impl Answer {
    /// A status with a body.
    pub fn new(status: u16, body: impl Into<Bytes>) -> Self {
        Self { status, headers: Vec::new(), body: body.into() }
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }
}

/// One line of a server's log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// `GET`, `HEAD`, …
    pub method: String,
    /// The path, percent-decoded.
    pub path: String,
    /// The query, as sent.
    pub query: String,
    /// The `Range` header.
    pub range: Option<String>,
    /// Whether an `Authorization` header came along.
    pub authorized: bool,
    /// Bytes of the request's body.
    pub received: usize,
    /// The answer's status.
    pub status: u16,
    /// Bytes of the answer's body that were sent.
    pub sent: usize,
}

/// A running server; dropping it stops it and waits until its port is closed.
pub struct Server {
    address: SocketAddr,
    tls: bool,
    shared: Arc<Shared>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    site: Arc<dyn Site>,
    origin: String,
    log: Mutex<Vec<Seen>>,
    troubles: Mutex<Vec<Trouble>>,
    connections: AtomicUsize,
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Server").field(&self.url()).finish()
    }
}

/// How a server speaks.
#[derive(Clone, Copy, Debug)]
pub enum Speaks<'a> {
    /// Plain HTTP.
    Http,
    /// HTTPS with a certificate of this authority.
    Https(&'a Authority),
    /// HTTPS that asks for a client certificate of the same authority.
    MutualTls(&'a Authority),
}

impl Server {
    /// Starts a server on a free port of 127.0.0.1.
    ///
    /// # Errors
    /// When no port can be bound or no thread started.
    pub fn start(site: Arc<dyn Site>, speaks: Speaks<'_>) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let tls = match speaks {
            Speaks::Http => None,
            Speaks::Https(ca) => Some((TlsAcceptor::from(ca.server_config(None)), None)),
            Speaks::MutualTls(ca) => {
                let mutual = ca.mutual();
                Some((TlsAcceptor::from(ca.server_config(Some(&mutual))), Some(mutual)))
            }
        };
        let origin = format!("{}://{address}", if tls.is_some() { "https" } else { "http" });
        let (log, troubles) = (Mutex::default(), Mutex::default());
        let shared = Arc::new(Shared { site, origin, log, troubles, connections: AtomicUsize::new(0) });
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        let (stop, stopped) = oneshot::channel();
        let secure = tls.is_some();
        let serving = shared.clone();
        let thread = std::thread::Builder::new().name("testbed".to_owned()).spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    () = accept(listener, tls, serving) => {}
                    _ = stopped => {}
                }
            });
            runtime.shutdown_background();
        })?;
        Ok(Self { address, tls: secure, shared, stop: Some(stop), thread: Some(thread) })
    }

    /// `127.0.0.1:PORT`.
    pub fn host(&self) -> String {
        self.address.to_string()
    }

    /// `http://127.0.0.1:PORT` or `https://…`, without a trailing slash.
    pub fn url(&self) -> String {
        format!("{}://{}", if self.tls { "https" } else { "http" }, self.address)
    }

    /// Every request answered so far, in the order of their answers.
    pub fn log(&self) -> Vec<Seen> {
        lock(&self.shared.log).clone()
    }

    /// Forgets the log, so that a test can look at its second half alone.
    pub fn clear_log(&self) {
        lock(&self.shared.log).clear();
    }

    /// Connections accepted so far.
    pub fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::SeqCst)
    }

    /// Misbehaves from now on. The first matching trouble of a request counts.
    pub fn trouble(&self, trouble: Trouble) {
        lock(&self.shared.troubles).push(trouble);
    }

    /// Behaves again.
    pub fn no_more_trouble(&self) {
        lock(&self.shared.troubles).clear();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A panic of the server's thread has been reported by the thread itself.
            let _ = thread.join();
        }
    }
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

type Tls = Option<(TlsAcceptor, Option<Arc<Mutual>>)>;

async fn accept(listener: TcpListener, tls: Tls, shared: Arc<Shared>) {
    let Ok(listener) = tokio::net::TcpListener::from_std(listener) else { return };
    while let Ok((stream, _)) = listener.accept().await {
        shared.connections.fetch_add(1, Ordering::SeqCst);
        tokio::spawn(connection(stream, tls.clone(), shared.clone()));
    }
}

async fn connection(stream: TcpStream, tls: Tls, shared: Arc<Shared>) {
    // Without this, small answers wait for the client's delayed acknowledgement.
    let _ = stream.set_nodelay(true);
    match tls {
        None => serve(stream, Peer::NotAsked, shared).await,
        Some((acceptor, mutual)) => {
            let Ok(stream) = acceptor.accept(stream).await else { return };
            let peer = mutual.map_or(Peer::NotAsked, |m| m.judge(stream.get_ref().1.peer_certificates()));
            serve(stream, peer, shared).await;
        }
    }
}

async fn serve<S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static>(
    stream: S,
    peer: Peer,
    shared: Arc<Shared>,
) {
    let service = service_fn(move |request| {
        let (peer, shared) = (peer.clone(), shared.clone());
        async move { Ok::<_, Infallible>(respond(request, peer, &shared).await) }
    });
    // An error here is the client's hanging up, or our own cut connection: both are in the log.
    let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

type Body = UnsyncBoxBody<Bytes, io::Error>;

async fn respond(
    incoming: hyper::Request<hyper::body::Incoming>,
    peer: Peer,
    shared: &Shared,
) -> hyper::Response<Body> {
    let (head, body) = incoming.into_parts();
    let body = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    let text = |v: &hyper::header::HeaderValue| String::from_utf8_lossy(v.as_bytes()).into_owned();
    let mut request = Request {
        method: head.method.to_string(),
        path: percent_decoded(head.uri.path()),
        query: head.uri.query().unwrap_or_default().to_owned(),
        headers: head.headers.iter().map(|(n, v)| (n.to_string(), text(v))).collect(),
        body,
        peer,
        // Reached as a proxy, the server goes by the name the client asked for.
        origin: head.uri.authority().map_or_else(|| shared.origin.clone(), |a| format!("http://{a}")),
    };
    let fault = Trouble::pick(&mut lock(&shared.troubles), &request);
    if let Some(Fault::Delayed(time)) = fault {
        tokio::time::sleep(time).await;
    }
    if let Some(Fault::IgnoredRange) = fault {
        request.headers.retain(|(name, _)| name != "range");
    }
    let mut answer = match &fault {
        Some(Fault::Status(status)) => Answer::new(*status, format!("testbed says {status}\n")),
        Some(Fault::RetryAfter(status, seconds)) => {
            Answer::new(*status, "busy\n").header("retry-after", seconds.to_string())
        }
        Some(Fault::Redirected(to)) => Answer::new(307, "").header("location", format!("{to}{}", head.uri.path())),
        _ => shared.site.answer(&request),
    };
    let full = answer.body.len();
    let mut cut = None;
    match fault {
        Some(Fault::Truncated(len)) => answer.body.truncate(len),
        Some(Fault::Garbled) if full > 0 => {
            let mut bytes = answer.body.to_vec();
            bytes[full / 2] ^= 0x55;
            answer.body = bytes.into();
        }
        Some(Fault::Replaced(bytes)) => answer.body = bytes,
        Some(Fault::Dropped(after)) if after < full => {
            cut = Some(full);
            answer.body.truncate(after);
        }
        _ => {}
    }
    let sent = if request.method == "HEAD" { 0 } else { answer.body.len() };
    lock(&shared.log).push(Seen {
        range: request.header("range").map(str::to_owned),
        authorized: request.header("authorization").is_some(),
        method: request.method,
        path: request.path,
        query: request.query,
        received: request.body.len(),
        status: answer.status,
        sent,
    });
    response(answer, cut)
}

/// `cut`: the length promised, when the connection shall break after the body at hand.
fn response(answer: Answer, cut: Option<usize>) -> hyper::Response<Body> {
    let mut builder = hyper::Response::builder().status(answer.status);
    for (name, value) in answer.headers {
        builder = builder.header(name, value);
    }
    let body = match cut {
        None => Full::new(answer.body).map_err(|never| match never {}).boxed_unsync(),
        Some(promised) => {
            builder = builder.header("content-length", promised);
            let begun = stream::iter([Ok(Frame::data(answer.body))]);
            let broken = stream::once(async {
                // Time for what was written to leave, else hyper throws it away with the connection.
                tokio::time::sleep(Duration::from_millis(50)).await;
                Err(io::Error::from(io::ErrorKind::ConnectionReset))
            });
            StreamBody::new(begun.chain(broken)).boxed_unsync()
        }
    };
    builder.body(body).expect("status and headers are the testbed's own")
}

fn percent_decoded(path: &str) -> String {
    let bytes = path.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut i = 0;
    while i < bytes.len() {
        let pair = bytes.get(i + 1..i + 3).and_then(|h| std::str::from_utf8(h).ok());
        match pair.and_then(|h| u8::from_str_radix(h, 16).ok()) {
            Some(byte) if bytes[i] == b'%' => {
                out.push(byte);
                i += 3;
            }
            _ => {
                out.push(bytes[i]);
                i += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}
