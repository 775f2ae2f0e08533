//! `authselect`: who may log in and how, out of a profile. What packages' scriptlets call, as authselect 1.3 and later do it.
//!
//! ```text
//! template   the language of profiles
//! files      what is generated from a profile, and the links to it
//! ```
//! Left out: backups, whose names are the time and a random word, and profiles of one's own (`create-profile`). Authselect 1.2, which
//! has its `user-nsswitch.conf`, merges that into what it generates: there only what generates nothing is done.

mod files;
mod template;

use files::{CONFIG, Configuration, Profile};

use super::{
    commands::Table,
    process::{Process, Status},
};

/// The commands of this module.
pub(in crate::effects) const COMMANDS: Table = &[("authselect", authselect)];

/// Why something is not done; each has its exit status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
enum Refused {
    /// No configuration, or no such profile where that is asked for.
    #[error("no existing configuration detected")]
    Missing,
    /// The configuration is not as authselect has left it.
    #[error("current configuration is not valid, it was probably modified outside authselect")]
    Invalid,
    /// Others' files would be overwritten.
    #[error("some unexpected changes to the configuration were detected")]
    Foreign,
    /// A directory is not there.
    #[error("some directories are not accessible by authselect")]
    NoDirectory,
    /// There is nothing at all.
    #[error("no configuration detected")]
    Nothing,
    /// A profile that cannot be read.
    #[error("unable to get profile information")]
    Profile,
    /// A feature the profile does not have.
    #[error("unknown profile feature")]
    Feature,
    /// An expression that makes no sense.
    #[error("unable to generate a template")]
    Template,
    /// A file could not be written, or is missing where it must not.
    #[error("unable to write the configuration")]
    Write,
    /// A line of arguments that makes no sense.
    #[error("invalid argument")]
    Usage,
    /// What drydock does not do.
    #[error("this is not done here: nothing was changed")]
    NotDone,
}

impl From<Refused> for Status {
    fn from(why: Refused) -> Self {
        Self(match why {
            Refused::Missing => 2,
            Refused::Invalid => 3,
            Refused::Foreign => 4,
            Refused::NoDirectory => 5,
            Refused::Nothing => 6,
            _ => 1,
        })
    }
}

type Done<T = ()> = Result<T, Refused>;

/// `authselect`.
fn authselect(process: &mut Process<'_, '_>) -> Status {
    let args = process.args.get(1..).unwrap_or_default().to_vec();
    let done = match args.split_first() {
        Some((command, rest)) => run(process, command, rest),
        None => Err(Refused::Usage),
    };
    let Err(why) = done else { return Status::SUCCESS };
    if why == Refused::NotDone {
        process.stage.log.unknown(b"authselect");
    }
    process.fail(why);
    Status::from(why)
}

fn run(process: &mut Process<'_, '_>, command: &[u8], args: &[Vec<u8>]) -> Done {
    let has = |long: &str, letter: &str| args.iter().any(|a| a == long.as_bytes() || a == letter.as_bytes());
    match command {
        b"select" => select(process, args, has("--force", "-f"), has("--quiet", "-q")),
        b"apply-changes" => {
            let text = apply_changes(process, has("--upgrade", ""))?;
            process.out(text);
            Ok(())
        }
        b"check" => {
            let found = check(process);
            process.out(match found {
                Ok(()) => "Current configuration is valid.\n",
                Err(Refused::Nothing) => "No configuration detected.\n",
                Err(Refused::Missing) => "System was not configured with authselect.\n",
                Err(_) => "Current configuration is not valid. It was probably modified outside authselect.\n",
            });
            found
        }
        b"current" => {
            let text = current(process, has("--raw", "-r"));
            process.out(text.as_deref().unwrap_or(b"No existing configuration detected.\n"));
            text.map(|_| ())
        }
        b"enable-feature" => change_features(process, args, true),
        b"disable-feature" => change_features(process, args, false),
        b"is-feature-enabled" => {
            let wanted = operands(args).next().ok_or(Refused::Usage)?;
            let known = Configuration::read(process)?.features.contains(&wanted);
            if known { Ok(()) } else { Err(Refused::Missing) }
        }
        b"list-features" => {
            let id = operands(args).next().ok_or(Refused::Usage)?;
            let mut features = Profile::read(process, &id).map_err(|_| Refused::Missing)?.features();
            features.sort();
            process.out(features.iter().flat_map(|f| [f, &b"\n"[..]].concat()).collect::<Vec<u8>>());
            Ok(())
        }
        b"opt-out" | b"uninstall" => files::opt_out(process),
        _ => Err(Refused::NotDone),
    }
}

/// What is no option; the name of a backup belongs to its option.
fn operands(args: &[Vec<u8>]) -> impl Iterator<Item = Vec<u8>> {
    let names = |at: usize| at > 0 && args[at - 1] == b"--backup";
    args.iter().enumerate().filter(move |(at, a)| !a.starts_with(b"-") && !names(*at)).map(|(_, a)| a.clone())
}

fn select(process: &mut Process<'_, '_>, args: &[Vec<u8>], force: bool, quiet: bool) -> Done {
    let mut words = operands(args);
    let id = words.next().ok_or(Refused::Usage)?;
    let wanted = Configuration { features: words.collect(), id };
    let profile = Profile::read(process, &wanted.id)?;
    let requirements = template::generate(&profile.requirements, &wanted.features)?;
    activate(process, &profile, &wanted, force)?;
    if !quiet {
        process.out([b"Profile \"", &wanted.id[..], b"\" was selected.\n"].concat());
        if !requirements.is_empty() {
            process.out([b"\n", &requirements[..], b"\n"].concat());
        }
    }
    Ok(())
}

/// Makes a profile the system's. Without `force` only where some profile is that already.
fn activate(process: &mut Process<'_, '_>, profile: &Profile, wanted: &Configuration, force: bool) -> Done {
    if process.exists(b"/etc/authselect/user-nsswitch.conf") {
        return Err(Refused::NotDone);
    }
    let known = profile.features();
    if !wanted.features.iter().all(|f| known.contains(f)) {
        return Err(Refused::Feature);
    }
    if !force && Configuration::read(process).is_err() {
        return Err(Refused::Foreign);
    }
    files::write(process, profile, wanted)
}

fn apply_changes(process: &mut Process<'_, '_>, upgrade: bool) -> Done<&'static str> {
    let mut configuration = Configuration::read(process)?;
    if upgrade {
        let new = process.read_file(files::CHECKSUM).map_err(|_| Refused::Write)?;
        if process.read_file(files::CHECKSUM_COPY).is_ok_and(|old| old == new) {
            return Ok("Installed profiles did not change. No action is needed.\n");
        }
    }
    let profile = Profile::read(process, &configuration.id).map_err(|_| Refused::Missing)?;
    let known = profile.features();
    configuration.features.retain(|f| known.contains(f));
    activate(process, &profile, &configuration, false)?;
    Ok("Changes were successfully applied.\n")
}

fn check(process: &mut Process<'_, '_>) -> Done {
    match Configuration::read(process) {
        Ok(configuration) => {
            Profile::read(process, &configuration.id).map_err(|_| Refused::Invalid)?;
            if files::are_ours(process) { Ok(()) } else { Err(Refused::Invalid) }
        }
        Err(_) if files::some_left(process) => Err(Refused::Invalid),
        Err(_) if !process.exists(CONFIG) && files::none_there(process) => Err(Refused::Nothing),
        Err(_) => Err(Refused::Missing),
    }
}

fn current(process: &mut Process<'_, '_>, raw: bool) -> Done<Vec<u8>> {
    let Configuration { id, features } = Configuration::read(process)?;
    if raw {
        let words: Vec<Vec<u8>> = std::iter::once(id).chain(features).collect();
        return Ok([words.join(&b' '), b"\n".to_vec()].concat());
    }
    let list = match features.as_slice() {
        [] => b" None\n".to_vec(),
        some => [b"\n".to_vec(), some.iter().flat_map(|f| [b"- ", &f[..], b"\n"].concat()).collect()].concat(),
    };
    Ok([b"Profile ID: ", &id[..], b"\nEnabled features:", &list].concat())
}

fn change_features(process: &mut Process<'_, '_>, args: &[Vec<u8>], on: bool) -> Done {
    let feature = operands(args).next().ok_or(Refused::Usage)?;
    let mut configuration = Configuration::read(process)?;
    let profile =
        Profile::read(process, &configuration.id).map_err(|_| if on { Refused::Profile } else { Refused::Missing })?;
    let requirements = template::generate(&profile.requirements, std::slice::from_ref(&feature))?;
    if !on {
        configuration.features.retain(|f| *f != feature);
    } else if !configuration.features.contains(&feature) {
        configuration.features.push(feature);
    }
    activate(process, &profile, &configuration, false)?;
    if on && !requirements.is_empty() && !args.iter().any(|a| a == b"--quiet" || a == b"-q") {
        process.out([&requirements[..], b"\n"].concat());
    }
    Ok(())
}

#[cfg(test)]
mod tests;
