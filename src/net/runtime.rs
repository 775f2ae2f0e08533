//! The runtime that everything async runs on.

use std::io;

use tokio::runtime::{Builder, Runtime};

/// Workers of the runtime: enough to hash one download while another's bytes come in. The heavy work (decoding,
/// packing) has threads of its own, so more would only take its cores.
const WORKERS: usize = 2;

/// Makes a runtime. The pipeline owns one for a whole command and blocks on it; nothing below starts another.
///
/// # Errors
/// When the system gives no threads.
pub fn runtime() -> io::Result<Runtime> {
    Builder::new_multi_thread().worker_threads(WORKERS).thread_name("net").enable_all().build()
}
