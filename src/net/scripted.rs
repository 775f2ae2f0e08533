//! A server for tests that says exactly what a closure tells it to, faults included.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpListener,
};

/// One request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub method: String,
    /// Path and query.
    pub path: String,
    /// Names in lower case.
    pub headers: BTreeMap<String, String>,
    pub body: Vec<u8>,
    /// How many requests came before.
    pub number: usize,
}

impl Asked {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }
}

/// What goes back, byte for byte, and then.
pub(crate) struct Reply {
    pub bytes: Vec<u8>,
    /// Keep the connection open and silent.
    pub hang: bool,
}

/// A whole response with a Content-Length.
pub(crate) fn reply(status: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
    let mut head = format!("HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {}\r\n", body.len());
    for (name, value) in headers {
        head += &format!("{name}: {value}\r\n");
    }
    Reply { bytes: [head.as_bytes(), b"\r\n", body].concat(), hang: false }
}

/// A server on a port of its own, gone with the runtime.
pub(crate) struct Server {
    pub url: String,
    pub host: String,
    log: Arc<Mutex<Vec<Asked>>>,
}

type Handler = dyn Fn(&Asked) -> Reply + Send + Sync;

impl Server {
    pub async fn start(handler: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> Self {
        Self::over(None, handler).await
    }

    pub async fn over(
        tls: Option<tokio_rustls::TlsAcceptor>,
        handler: impl Fn(&Asked) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let scheme = if tls.is_some() { "https" } else { "http" };
        let host = if tls.is_some() { format!("localhost:{port}") } else { format!("127.0.0.1:{port}") };
        let log: Arc<Mutex<Vec<Asked>>> = Arc::default();
        let (seen, handler): (_, Arc<Handler>) = (Arc::clone(&log), Arc::new(handler));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (seen, handler, tls) = (Arc::clone(&seen), Arc::clone(&handler), tls.clone());
                tokio::spawn(async move {
                    match tls {
                        None => serve(stream, &seen, &*handler).await,
                        Some(tls) => match tls.accept(stream).await {
                            Ok(stream) => serve(stream, &seen, &*handler).await,
                            Err(_) => None,
                        },
                    }
                });
            }
        });
        Self { url: format!("{scheme}://{host}"), host, log }
    }

    /// Every request so far.
    pub fn log(&self) -> Vec<Asked> {
        self.log.lock().unwrap().clone()
    }
}

async fn serve(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    log: &Mutex<Vec<Asked>>,
    handler: &Handler,
) -> Option<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    let text = String::from_utf8(head).ok()?;
    let mut lines = text.lines();
    let mut first = lines.next()?.split(' ');
    let (method, path) = (first.next()?.to_owned(), first.next()?.to_owned());
    let headers: BTreeMap<_, _> =
        lines.filter_map(|l| l.split_once(": ")).map(|(n, v)| (n.to_ascii_lowercase(), v.to_owned())).collect();
    let length = headers.get("content-length").and_then(|l| l.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    let asked = {
        let mut log = log.lock().unwrap();
        let asked = Asked { method, path, headers, body, number: log.len() };
        log.push(asked.clone());
        asked
    };
    let Reply { bytes, hang } = handler(&asked);
    stream.write_all(&bytes).await.ok()?;
    stream.flush().await.ok()?;
    if hang {
        std::future::pending::<()>().await;
    }
    stream.shutdown().await.ok()
}
