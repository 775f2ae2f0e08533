//! rpm's order of packages against ours, on packages that require one another at random, coming and going. Needs rpm on the
//! machine, so it only runs when asked: `cargo test --test order_peers -- --ignored`. `SEEDS=FROM..TO` in the environment chooses others.

use std::{fs, path::Path, process::Command};

use drydock::{
    effects::{Dialect, Direction, Element, transaction_order},
    formats::rpm::PackageHead,
    testbed::{Made, Spec, make, spec::When},
};

/// Numbers that look random and are the same everywhere (xorshift).
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % n
    }

    /// What a package may ask for, of `n`.
    fn wish(&mut self, n: u64) -> String {
        let kind = self.below(8);
        let mut one = || format!("p{}", self.below(n));
        match kind {
            0 => format!("({} or {})", one(), one()),
            1 => format!("({} if {} else {})", one(), one(), one()),
            2 => format!("({} and {})", one(), one()),
            3 => "capability".to_owned(),
            4 => "capability >= 2".to_owned(),
            _ => one(),
        }
    }

    fn package(&mut self, number: u64, n: u64, wishes: u64) -> Spec {
        let mut spec = Spec::new(&format!("p{number}-1-1.noarch"));
        for _ in 0..self.below(wishes) {
            let wish = self.wish(n);
            match self.below(10) {
                0 => spec = spec.requires_for(When::Pre, &[&wish]),
                1 => spec = spec.requires_for(When::Post, &[&wish]),
                2 => spec = spec.requires_for(When::Preun, &[&wish]),
                3 => spec = spec.requires_for(When::Postun, &[&wish]),
                4 => spec = spec.recommends(&[&wish]),
                5 => spec.suggests.push(wish),
                6 => spec.supplements.push(wish),
                7 => spec.enhances.push(wish),
                _ => spec = spec.requires([wish.as_str()]),
            }
        }
        match self.below(6) {
            0 => spec.provides(["capability = 1"]),
            1 => spec.provides(["capability = 3"]),
            _ => spec,
        }
    }
}

#[test]
#[ignore = "needs rpm"]
fn rpm_takes_packages_in_the_same_order() {
    let range = std::env::var("SEEDS").unwrap_or_else(|_| "1..60".to_owned());
    let (from, to) = range.split_once("..").expect("FROM..TO");
    // "RPM version 4.18.0"
    let version = Command::new("rpm").arg("--version").output().expect("rpm exists").stdout;
    let version = String::from_utf8_lossy(&version);
    let dialect = Dialect::of(&version.split_whitespace().last().and_then(|v| v.parse().ok()).expect("a version"));
    for seed in from.parse().expect("a number")..to.parse().expect("a number") {
        let mut dice = Dice(u64::wrapping_mul(seed, 0x9e37_79b9_7f4a_7c15) | 1);
        let (n, wishes) = (3 + dice.below(14), 2 + dice.below(4));
        let made: Vec<Made> = (0..n).map(|i| make(&dice.package(i, n, wishes))).collect();
        let [coming, going] = by_rpm(&made);
        assert_eq!(by_us(&made, Direction::Install, &dialect), coming, "seed {seed}");
        assert_eq!(by_us(&made, Direction::Erase, &dialect), going, "seed {seed}, erased");
    }
}

fn by_us(made: &[Made], direction: Direction, dialect: &Dialect) -> Vec<String> {
    let headers: Vec<_> = made.iter().map(|m| PackageHead::read(&mut &m.bytes[..]).expect("a package").main).collect();
    let files: Vec<_> = headers.iter().map(|h| h.files().expect("files")).collect();
    let elements: Vec<_> = headers.iter().zip(&files).map(|(header, files)| Element { header, files }).collect();
    let order = transaction_order(&elements, direction, dialect).expect("headers");
    order.into_iter().map(|i| made[i].spec.nevra.name.clone()).collect()
}

/// The order in which rpm installs them, which is the database's, and in which it erases them.
fn by_rpm(made: &[Made]) -> [Vec<String>; 2] {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("order");
    let _ = fs::remove_dir_all(&dir);
    fs::create_dir_all(dir.join("root/var/lib/rpm")).expect("a directory");
    let rpm = |args: &[&str]| {
        let mut command = Command::new("rpm");
        command.arg("--root").arg(dir.join("root")).args(["--define", "_dbpath /var/lib/rpm"]).args(args);
        let output = command.output().expect("rpm exists");
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
    };
    let mut install = ["-U", "--nodeps", "--justdb", "--nosignature"].map(str::to_owned).to_vec();
    for m in made {
        let path = dir.join(m.file_name());
        fs::write(&path, &m.bytes).expect("a file");
        install.push(path.to_str().expect("a plain path").to_owned());
    }
    rpm(&install.iter().map(String::as_str).collect::<Vec<_>>());
    let listed = rpm(&["-qa", "--qf", "%{DBINSTANCE} %{NAME}\n"]);
    let mut listed: Vec<(u32, String)> = listed
        .lines()
        .filter_map(|l| l.split_once(' ').map(|(n, name)| (n.parse().unwrap_or(0), name.to_owned())))
        .collect();
    listed.sort();
    let names: Vec<&str> = made.iter().map(|m| m.spec.nevra.name.as_str()).collect();
    let log = rpm(&[&["-evv", "--nodeps", "--justdb"], &names[..]].concat());
    let element = |l: &str| Some(l.split_once("========== +++ ")?.1.split('-').next()?.to_owned());
    [listed.into_iter().map(|(_, name)| name).collect(), log.lines().filter_map(element).collect()]
}
