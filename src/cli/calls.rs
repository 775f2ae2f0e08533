//! The calls into the pipeline: the one file that changes when a verb is connected.

use crate::{
    pipeline::{
        options::{BuildOptions, CacheOptions, DemoOptions, InspectOptions, LockOptions, PushOptions, ResolveOptions},
        report::{BuildReport, CacheReport, DemoReport, InspectReport, LockReport, PushReport, Resolution},
    },
    terms::Events,
};

use super::{Error, Failure};

pub(super) fn build(_: &BuildOptions, _: &dyn Events) -> Result<BuildReport, Failure> {
    Err(Error::NotConnected { verb: "build" }.into())
}

pub(super) fn lock(_: &LockOptions, _: &dyn Events) -> Result<LockReport, Failure> {
    Err(Error::NotConnected { verb: "lock" }.into())
}

pub(super) fn resolve(_: &ResolveOptions, _: &dyn Events) -> Result<Resolution, Failure> {
    Err(Error::NotConnected { verb: "resolve" }.into())
}

pub(super) fn push(_: &PushOptions, _: &dyn Events) -> Result<PushReport, Failure> {
    Err(Error::NotConnected { verb: "push" }.into())
}

pub(super) fn inspect(_: &InspectOptions, _: &dyn Events) -> Result<InspectReport, Failure> {
    Err(Error::NotConnected { verb: "inspect" }.into())
}

pub(super) fn demo(_: &DemoOptions, _: &dyn Events) -> Result<DemoReport, Failure> {
    Err(Error::NotConnected { verb: "demo" }.into())
}

pub(super) fn cache_usage(_: &CacheOptions) -> Result<CacheReport, Failure> {
    Err(Error::NotConnected { verb: "cache du" }.into())
}

pub(super) fn cache_collect(_: &CacheOptions) -> Result<CacheReport, Failure> {
    Err(Error::NotConnected { verb: "cache gc" }.into())
}
