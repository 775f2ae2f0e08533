//! What is tried again, and when.

use std::time::Duration;

use reqwest::header::{HeaderMap, RETRY_AFTER};

use super::Settings;

/// No wait between two attempts is longer, whatever a server asks for.
const LONGEST: Duration = Duration::from_secs(15);
/// A server's own wish (429, 503) is honoured up to here.
const LONGEST_ASKED: Duration = Duration::from_secs(60);

/// Whether a status may be another one on the next try.
pub(super) fn passing(status: u16) -> bool {
    matches!(status, 408 | 425 | 429 | 500 | 502 | 503 | 504)
}

/// The wait before attempt number `attempt + 1`.
pub(super) fn pause(settings: &Settings, attempt: u32, headers: Option<&HeaderMap>) -> Duration {
    // Retry-After as a date would need a clock; servers that limit rates send seconds.
    let asked = headers.and_then(|h| h.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()).map(Duration::from_secs);
    match asked {
        Some(asked) => asked.min(LONGEST_ASKED),
        None => settings.backoff.saturating_mul(1 << attempt.saturating_sub(1).min(10)).min(LONGEST),
    }
}
