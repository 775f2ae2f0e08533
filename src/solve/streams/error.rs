//! How choosing streams can fail.

use crate::{
    solve,
    terms::{Class, Fault},
};

/// No choice of streams.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StreamError {
    /// No repository has the module or the stream.
    #[error("no repository has the module stream {spec}")]
    Unknown {
        /// As written.
        spec: String,
        /// The module it names.
        module: String,
        /// The streams that module has.
        streams: Vec<String>,
        /// A module of a similar name.
        near: Option<String>,
    },
    /// A spec leaves several streams, and none is enabled or default.
    #[error("{spec} may be any of the streams {} of module {module}, and none of them is the default", .streams.join(", "))]
    SeveralStreams {
        /// As written.
        spec: String,
        /// The module.
        module: String,
        /// Its streams that fit.
        streams: Vec<String>,
    },
    /// Two streams of a module are asked for.
    #[error("the streams {} and {} of module {module} cannot both be enabled", .streams[0], .streams[1])]
    TwoStreams {
        /// The module.
        module: String,
        /// Its streams.
        streams: [String; 2],
    },
    /// The base has another stream enabled.
    #[error("module {module} has its stream {} enabled in the base, so {} cannot be enabled", .streams[0], .streams[1])]
    Switched {
        /// The module.
        module: String,
        /// The stream of the base and the one asked for.
        streams: [String; 2],
    },
    /// The streams do not fit together.
    #[error("the module streams cannot be enabled together")]
    Unsatisfiable {
        /// The platform, or empty.
        platform: String,
        /// Which needs what.
        #[source]
        source: Box<solve::Error>,
    },
    /// A stream whose profile is wanted is not active.
    #[error("{spec}: the stream {stream} is not active")]
    NotActive {
        /// As written.
        spec: String,
        /// The stream.
        stream: String,
    },
    /// The stream has no such profile, or none by default.
    #[error("{spec}: the stream {stream} has no {}", .profile.as_ref().map_or_else(|| "default profile".to_owned(), |p| format!("profile {p}")))]
    NoProfile {
        /// As written.
        spec: String,
        /// The stream.
        stream: String,
        /// The profile; none: one by default.
        profile: Option<String>,
        /// The profiles it has.
        profiles: Vec<String>,
    },
}

impl Fault for StreamError {
    fn class(&self) -> Class {
        Class::Unsatisfiable
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Unknown { module, streams, .. } if !streams.is_empty() => {
                Some(format!("module {module} has the streams {}", streams.join(", ")))
            }
            Self::Unknown { near: Some(near), .. } => Some(format!("did you mean {near}")),
            Self::SeveralStreams { module, streams, .. } => Some(format!("say which: {module}:{}", streams[0])),
            Self::NoProfile { profiles, .. } if !profiles.is_empty() => {
                Some(format!("its profiles are {}", profiles.join(", ")))
            }
            Self::Unsatisfiable { platform, .. } if platform.is_empty() => {
                Some("say which platform it is: --platform-id platform:el8".into())
            }
            Self::Unsatisfiable { platform, .. } => Some(format!("the platform is {platform}")),
            _ => None,
        }
    }
}

const _: fn() = || {
    fn sendable<T: Send + Sync + 'static>() {}
    sendable::<StreamError>();
};
