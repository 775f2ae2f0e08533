//! `drydock rhsm register` and `unregister`: a consumer that stays for several builds, and its end.

use std::sync::Arc;

use super::{
    Error, Session,
    options::{RegistrationOptions, SessionOptions},
    registration::{DIRECTORY, Service, end, unborn},
    report::{RhsmRegistered, RhsmUnregistered},
};
use crate::{
    rhsm::{Record, ServiceError, Step},
    terms::Events,
};

/// Registers a consumer that stays; builds find its certificates by themselves.
pub fn rhsm_register(
    options: &SessionOptions,
    registration: &RegistrationOptions,
    events: Arc<dyn Events>,
) -> Result<RhsmRegistered, Error> {
    let session = Session::open(options, events)?;
    if options.offline {
        return Err(ServiceError::Offline { step: Step::Register }.into());
    }
    if let Some(uuid) = Record::kept(&options.state.join(DIRECTORY)).and_then(|r| r.consumer).map(|c| c.uuid) {
        return Err(ServiceError::Already { uuid }.into());
    }
    let service = Service::find(&session.client, options, None)?;
    let mut record = Record::create(&options.state.join(DIRECTORY), unborn(&service, &registration.name, false))?;
    let consumer = match session.wait(service.register(registration)) {
        Ok(consumer) => consumer,
        Err(e) => {
            record.wipe()?;
            return Err(e.into());
        }
    };
    record.update(|r| r.consumer = Some(consumer.clone()))?;
    let pairs = session.wait(service.pairs(&consumer)).and_then(|pairs| match pairs.is_empty() {
        true => Err(ServiceError::NoContent { service: service.candlepin.url().to_owned() }),
        false => Ok(pairs),
    });
    match pairs {
        Ok(pairs) => {
            let certificates = pairs.iter().map(|p| p.serial.clone()).collect();
            // Only now it stays: what fails before is unregistered.
            record.update(|r| (r.kept, r.pairs) = (true, pairs))?;
            Ok(RhsmRegistered { uuid: consumer.uuid, service: service.candlepin.url().to_owned(), certificates })
        }
        Err(e) => match session.wait(end(&service, record)) {
            Ok(()) => Err(e.into()),
            Err(left) => Err(Error::from(e).and_left(left)),
        },
    }
}

/// Unregisters the consumer that stays, or one that an earlier run left.
pub fn rhsm_unregister(
    options: &SessionOptions,
    uuid: Option<&str>,
    events: Arc<dyn Events>,
) -> Result<RhsmUnregistered, Error> {
    if options.offline {
        return Err(ServiceError::Offline { step: Step::Unregister }.into());
    }
    // Without looking for leftovers: the one asked for may be among them, and what becomes of it is the answer.
    let session = Session::open(&SessionOptions { offline: true, ..options.clone() }, events)?;
    let client = Session::client(options)?;
    let directory = options.state.join(DIRECTORY);
    let asked = |record: &Record| match (&record.registration.consumer, uuid) {
        (Some(consumer), Some(uuid)) => consumer.uuid == uuid,
        (Some(_), None) => true,
        (None, _) => false,
    };
    let records: Vec<Record> = Record::leftovers(&directory).into_iter().filter(asked).collect();
    if records.is_empty() {
        return Err(match uuid {
            Some(uuid) => ServiceError::Unknown { uuid: uuid.chars().filter(|c| !c.is_control()).take(80).collect() },
            None => ServiceError::Nothing,
        }
        .into());
    }
    let mut uuids = Vec::new();
    for record in records {
        let r = record.registration.clone();
        uuids.extend(r.consumer.map(|c| c.uuid));
        let service = Service::of(&client, r.service, r.authorities, options)?;
        session.wait(end(&service, record))?;
    }
    Ok(RhsmUnregistered { uuids })
}
