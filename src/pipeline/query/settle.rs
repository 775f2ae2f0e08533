//! From requests to the answer: each architecture's solution, equal versions, accounts.

use super::Loads;
use crate::{
    pipeline::{
        Error, Session, modular,
        report::{ArchResolution, Resolution, ResolvedAction, ResolvedPackage, ResolvedStream},
    },
    solve::{self, Action, Change, Reason, Request, streams::Choice},
    terms::{Algorithm, Class, Fault},
};

/// One architecture's request, and the module streams chosen for it.
pub(super) struct Part {
    pub request: Request,
    pub choice: Choice,
}

/// The session and each part's repositories, where file lists can be looked up; a saved problem has its answers in it.
type Live<'a> = Option<(&'a Session, &'a [Loads<'a>])>;

/// Solves all parts; also the names of group members that no repository has.
pub(super) fn settle(
    parts: &mut [Part],
    live: Live<'_>,
    same: bool,
    why: &[String],
) -> Result<(Resolution, Vec<String>), Error> {
    let mut solutions = Vec::new();
    for (i, part) in parts.iter_mut().enumerate() {
        solutions.push(asked(live, i, &mut part.request, &solve::solve)?);
    }
    let mut requests: Vec<Request> = parts.iter().map(|p| p.request.clone()).collect();
    let mut refused = Vec::new();
    if same && parts.len() > 1 {
        let mut pinned = |i: usize, pins: &solve::Pins| {
            let mut request = Request { pins: pins.clone(), ..requests[i].clone() };
            let solution = asked(live, i, &mut request, &solve::solve);
            parts[i].request = Request { pins: solve::Pins::new(), ..request };
            solution
        };
        let agreed = solve::agree(&requests, solutions, &mut pinned, &|e| e.class() == Class::Unsatisfiable)?;
        requests = parts.iter().map(|p| Request { pins: agreed.pins.clone(), ..p.request.clone() }).collect();
        (solutions, refused) = (agreed.solutions, agreed.refused);
    }
    let differences = match parts.len() {
        1 => Vec::new(),
        _ => solve::apart_in(&requests.iter().zip(&solutions).collect::<Vec<_>>()),
    };
    let mut resolution = Resolution { differences, refused, ..Resolution::default() };
    let absent = solutions.iter().flat_map(|s| s.absent.clone()).collect();
    for (i, (request, solution)) in requests.iter_mut().zip(&solutions).enumerate() {
        let accounts = match why {
            [] => Vec::new(),
            names => asked(live, i, request, &|r| solve::why(r, names))?,
        };
        parts[i].choice.installed(solution);
        let mut packages: Vec<ResolvedPackage> = solution.changes.iter().map(package).collect();
        packages.sort_by(|a, b| a.nevra.cmp(&b.nevra));
        let modules = modular::locked(&parts[i].choice).into_iter().map(ResolvedStream::from).collect();
        let answer = ArchResolution { packages, modules, why: accounts };
        if solutions.len() == 1 {
            resolution.one = Some(answer);
        } else {
            resolution.arches.insert(request.arch, answer);
        }
    }
    Ok((resolution, absent))
}

fn asked<T>(
    live: Live<'_>,
    i: usize,
    request: &mut Request,
    ask: &dyn Fn(&Request) -> Result<T, solve::Error>,
) -> Result<T, Error> {
    match live {
        Some((session, loads)) => loads[i].answered(session, request, ask),
        None => Ok(ask(request)?),
    }
}

fn package(change: &Change) -> ResolvedPackage {
    let sha256 = change.checksum.as_ref().filter(|c| c.algorithm() == Algorithm::Sha256);
    ResolvedPackage {
        nevra: change.nevra.clone(),
        action: match change.action {
            Action::Remove => ResolvedAction::Remove,
            Action::Install => ResolvedAction::Install,
            Action::Upgrade | Action::Downgrade | Action::Reinstall => ResolvedAction::Upgrade,
        },
        repo: change.source.clone().unwrap_or_default(),
        size: change.size,
        sha256: sha256.map(|c| c.hex().to_owned()).unwrap_or_default(),
        reason: reason(&change.reason),
    }
}

fn reason(reason: &Reason) -> String {
    match reason {
        solve::Reason::Asked { .. } => "user".to_owned(),
        solve::Reason::Needed { by, requirement } => format!("{by} requires {requirement}"),
        solve::Reason::Weak { by } => format!("{by} recommends it"),
        solve::Reason::Replaces { installed } => format!("in place of {installed}"),
        solve::Reason::Obsoleted { by } => format!("obsoleted by {by}"),
    }
}
