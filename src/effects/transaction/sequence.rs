//! A transaction from its first scriptlet to its last, in `rpmtsRun`'s order.

use std::sync::Arc;

use super::{
    dialect::Dialect,
    error::TransactionError,
    file_triggers::{Class, Postponed},
    prepare::prepare,
    report::{Ledger, Ran, ScriptletReport},
    rows::{Role, Row, count},
    scriptlet, sysusers,
};
use crate::{
    effects::{Stage, depmod},
    formats::rpm::{FileEntry, Header, HeaderError, ScriptKind, Scriptlet},
    rootfs::{
        PackageId,
        install::{Outcome, Package, PackageFiles, Policy, Transaction},
    },
    terms::Nevra,
};

/// A package the base has.
#[derive(Clone, Debug)]
pub struct Present {
    /// Its number in the database.
    pub instance: u32,
    /// Its header.
    pub header: Header,
    /// Its files.
    pub package: PackageFiles,
}

/// A package to be installed.
#[derive(Clone, Debug)]
pub struct Incoming {
    /// Its name.
    pub nevra: Nevra,
    /// Its header.
    pub header: Header,
    /// The header's files.
    pub files: Arc<[FileEntry]>,
}

/// What is to happen.
#[derive(Clone, Debug)]
pub struct Plan<'a> {
    /// All packages of the base.
    pub installed: Vec<Present>,
    /// Those of them that go, by their place, in the order of their erasure.
    pub leaving: &'a [usize],
    /// Those that come, in the order of their installation.
    pub incoming: Vec<Incoming>,
    /// Which files are left out.
    pub policy: &'a Policy,
    /// How the image's rpm does it.
    pub dialect: Dialect,
    /// Whether scriptlets and triggers run.
    pub scriptlets: bool,
}

/// What happened, beside the change of the tree.
#[derive(Clone, Debug, Default)]
pub struct Done {
    /// Of the files.
    pub files: Outcome,
    /// Of the scriptlets: every one of new packages, and those of others that ran. Empty where none were to run.
    pub scriptlets: Vec<ScriptletReport>,
}

/// What runs a scriptlet of a package: with arguments and standard input.
pub(super) type Runner<'r> =
    dyn FnMut(&mut Stage<'_>, &Row, &Scriptlet, &[usize], Vec<u8>) -> Result<Ran, TransactionError> + 'r;

/// Runs a transaction over the stage's tree.
pub fn transact(stage: &mut Stage<'_>, plan: Plan<'_>) -> Result<Done, TransactionError> {
    transact_with(stage, plan, &mut scriptlet::run)
}

/// The same with another way to run scriptlets.
pub(super) fn transact_with(
    stage: &mut Stage<'_>,
    plan: Plan<'_>,
    runner: &mut Runner<'_>,
) -> Result<Done, TransactionError> {
    let rows = rows(&plan)?;
    if plan.scriptlets {
        prepare(stage, &rows).map_err(TransactionError::Facts)?;
    }
    let installed: Vec<PackageFiles> = plan.installed.into_iter().map(|p| p.package).collect();
    let (incoming, leaving): (Vec<usize>, Vec<usize>) =
        ((installed.len()..rows.len()).collect(), plan.leaving.to_vec());
    let mut sequence = Sequence {
        stage,
        rows,
        incoming,
        leaving,
        dialect: plan.dialect,
        runner: plan.scriptlets.then_some(runner),
        postponed: Vec::new(),
        ledger: Ledger::default(),
        transaction: None,
    };
    sequence.each_incoming(ScriptKind::PreTrans)?;
    // Only now: what packages find on disk may have been put right by %pretrans.
    let (contents, epoch) = (sequence.stage.contents, sequence.stage.epoch());
    let coming =
        sequence.rows[installed.len()..].iter().map(|row| (row.nevra.clone(), Arc::clone(&row.files))).collect();
    let begun = Transaction::begin(sequence.stage.fs, (contents, epoch), plan.policy, installed, plan.leaving, coming)?;
    sequence.transaction = Some(begun);
    sequence.all()?;
    depmod::settle(sequence.stage).map_err(TransactionError::Facts)?;
    let transaction = sequence.transaction.take().expect("it was begun above");
    let scriptlets = if plan.scriptlets { sequence.ledger.report(&sequence.rows) } else { Vec::new() };
    Ok(Done { files: transaction.finish(), scriptlets })
}

fn rows(plan: &Plan<'_>) -> Result<Vec<Row>, TransactionError> {
    let failed = |package: &Nevra| {
        let package = package.clone();
        move |source: HeaderError| TransactionError::Header { package, source }
    };
    let mut rows = Vec::new();
    for (place, present) in plan.installed.iter().enumerate() {
        let nevra = &present.package.nevra;
        let role = if plan.leaving.contains(&place) { Role::Leaves } else { Role::Stays };
        let header = present.header.clone();
        let who = (Package::Installed(place), role);
        let mut row = Row::new(present.instance, (nevra.clone(), header), Arc::clone(&present.package.files), who)
            .map_err(failed(nevra))?;
        row.states.clone_from(&present.package.states);
        rows.push(row);
    }
    let next = rows.iter().map(|r| r.instance).max().unwrap_or(0);
    for (place, new) in plan.incoming.iter().enumerate() {
        let place = place as u32;
        let who = (Package::New(PackageId(place)), Role::New);
        let named = (new.nevra.clone(), new.header.clone());
        let instance = next.saturating_add(place).saturating_add(1);
        rows.push(Row::new(instance, named, Arc::clone(&new.files), who).map_err(failed(&new.nevra))?);
    }
    Ok(rows)
}

/// A transaction under way.
pub(super) struct Sequence<'s, 'a, 'p> {
    pub(super) stage: &'s mut Stage<'a>,
    /// The base's packages in the order given, then the new ones.
    pub(super) rows: Vec<Row>,
    incoming: Vec<usize>,
    leaving: Vec<usize>,
    pub(super) dialect: Dialect,
    /// None: no scriptlet runs.
    runner: Option<&'s mut Runner<'s>>,
    pub(super) postponed: Vec<Postponed>,
    ledger: Ledger,
    transaction: Option<Transaction<'p>>,
}

impl Sequence<'_, '_, '_> {
    fn all(&mut self) -> Result<(), TransactionError> {
        if self.dialect.untrans {
            self.each_leaving(ScriptKind::PreUnTrans)?;
        }
        self.transaction_triggers(ScriptKind::TransFileTriggerUn)?;
        for row in self.incoming.clone() {
            self.install(row)?;
        }
        for row in self.leaving.clone() {
            self.erase(row)?;
        }
        self.each_incoming(ScriptKind::PostTrans)?;
        if self.dialect.untrans {
            self.each_leaving(ScriptKind::PostUnTrans)?;
        }
        self.transaction_triggers(ScriptKind::TransFileTriggerIn)
    }

    /// One scriptlet of every new package.
    fn each_incoming(&mut self, kind: ScriptKind) -> Result<(), TransactionError> {
        for row in self.incoming.clone() {
            let there = self.instances(row);
            let argument = match kind {
                ScriptKind::PreTrans => there + 1,
                _ => there + usize::from(self.dialect.posttrans_counts_replaced && self.replaces(row)),
            };
            self.own(row, kind, argument)?;
        }
        Ok(())
    }

    /// One scriptlet of every package that goes.
    fn each_leaving(&mut self, kind: ScriptKind) -> Result<(), TransactionError> {
        for row in self.leaving.clone() {
            let there = self.instances(row);
            let goes = kind == ScriptKind::PreUnTrans && !self.is_replaced(row);
            self.own(row, kind, there.saturating_sub(usize::from(goes)))?;
        }
        Ok(())
    }

    /// Transaction file triggers: of packages left alone, then of those that take part. After the transaction, those that wait
    /// for files to be gone run in between.
    fn transaction_triggers(&mut self, kind: ScriptKind) -> Result<(), TransactionError> {
        if self.runner.is_none() {
            return Ok(());
        }
        self.transaction_triggers_of_others(kind)?;
        let own = if kind == ScriptKind::TransFileTriggerIn {
            self.run_postponed()?;
            self.incoming.clone()
        } else {
            self.leaving.clone()
        };
        own.into_iter().try_for_each(|row| self.own_file_triggers(row, kind, Class::All))
    }

    /// A package's installation (rpm `rpmPackageInstall`).
    fn install(&mut self, row: usize) -> Result<(), TransactionError> {
        use ScriptKind as K;
        let argument = self.instances(row) + 1;
        let (nevra, files) = (self.rows[row].nevra.clone(), Arc::clone(&self.rows[row].files));
        if self.runner.is_some() {
            if self.dialect.untrans {
                let header = self.rows[row].header.clone();
                sysusers::create(self.stage, &nevra, &header, &files)?;
            }
            self.triggers_of_others(row, K::TriggerPreIn, false)?;
            self.own_triggers(row, K::TriggerPreIn, false)?;
            self.own(row, K::Pre, argument)?;
        }
        let transaction = self.transaction.as_mut().expect("begun before any package's turn");
        let id = transaction.install(self.stage.fs)?;
        let mut dealt_with = transaction.dealt_with(id);
        self.restate();
        self.rows[row].present = true;
        if self.runner.is_none() {
            return Ok(());
        }
        dealt_with.resize(self.rows[row].files.len(), false);
        self.file_triggers_of_others(row, K::FileTriggerIn, Class::High, &dealt_with)?;
        self.own_file_triggers(row, K::FileTriggerIn, Class::High)?;
        self.own(row, K::Post, argument)?;
        self.triggers_of_others(row, K::TriggerIn, false)?;
        self.own_triggers(row, K::TriggerIn, false)?;
        self.file_triggers_of_others(row, K::FileTriggerIn, Class::Low, &dealt_with)?;
        self.own_file_triggers(row, K::FileTriggerIn, Class::Low)
    }

    /// A package's erasure (rpm `rpmPackageErase`).
    fn erase(&mut self, row: usize) -> Result<(), TransactionError> {
        use ScriptKind as K;
        let argument = self.instances(row).saturating_sub(1);
        let transaction = self.transaction.as_mut().expect("begun before any package's turn");
        // What goes was decided before the first scriptlet of the erasure.
        let goes = transaction.goes(row);
        if self.runner.is_some() {
            self.own_file_triggers(row, K::FileTriggerUn, Class::High)?;
            self.file_triggers_of_others(row, K::FileTriggerUn, Class::High, &goes)?;
            self.own_triggers(row, K::TriggerUn, true)?;
            self.triggers_of_others(row, K::TriggerUn, true)?;
            self.own(row, K::PreUn, argument)?;
            self.own_file_triggers(row, K::FileTriggerUn, Class::Low)?;
            self.file_triggers_of_others(row, K::FileTriggerUn, Class::Low, &goes)?;
        }
        let transaction = self.transaction.as_mut().expect("begun before any package's turn");
        transaction.erase(self.stage.fs, row);
        if self.runner.is_some() {
            self.file_triggers_of_others(row, K::FileTriggerPostUn, Class::High, &goes)?;
            self.own(row, K::PostUn, argument)?;
            self.triggers_of_others(row, K::TriggerPostUn, true)?;
            self.file_triggers_of_others(row, K::FileTriggerPostUn, Class::Low, &goes)?;
            self.postpone(row);
        }
        self.rows[row].present = false;
        Ok(())
    }

    /// Takes over states that the last package changed, its own and others'.
    fn restate(&mut self) {
        let Some(transaction) = &self.transaction else { return };
        for row in &mut self.rows {
            match row.who {
                Package::New(PackageId(id)) if id as usize >= transaction.unpacked() => {}
                who => row.states = transaction.states(who).to_vec(),
            }
        }
    }

    /// Packages of its name in the database.
    fn instances(&self, row: usize) -> usize {
        count(&self.rows, &self.rows[row].nevra.name)
    }

    /// Whether a package of the same name goes for it.
    fn replaces(&self, row: usize) -> bool {
        self.leaving.iter().any(|&l| self.rows[l].nevra.name == self.rows[row].nevra.name)
    }

    /// Whether a package of the same name comes for it.
    fn is_replaced(&self, row: usize) -> bool {
        self.incoming.iter().any(|&i| self.rows[i].nevra.name == self.rows[row].nevra.name)
    }

    /// Runs a package's own scriptlet of that kind, if it has one.
    fn own(&mut self, row: usize, kind: ScriptKind, argument: usize) -> Result<(), TransactionError> {
        let index = self.rows[row].of_kind(kind).map(|(index, _)| index).next();
        index.map_or(Ok(()), |index| self.run(row, index, &[argument], Vec::new()))
    }

    /// Runs a scriptlet and notes what became of it.
    pub(super) fn run(
        &mut self,
        row: usize,
        index: usize,
        args: &[usize],
        stdin: Vec<u8>,
    ) -> Result<(), TransactionError> {
        if let Some(runner) = &mut self.runner {
            let of = &self.rows[row];
            let ran = runner(self.stage, of, &of.scriptlets[index], args, stdin)?;
            self.ledger.note(row, index, ran);
        }
        Ok(())
    }
}
