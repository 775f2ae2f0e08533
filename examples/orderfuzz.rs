//! x
use drydock::{effects::*, formats::rpm::PackageHead, testbed::*};
use std::process::Command;
fn main() {
    let a: Vec<String> = std::env::args().collect();
    let (from, to): (u64, u64) = (a[1].parse().unwrap(), a[2].parse().unwrap());
    let mut bad = 0;
    for seed in from..to {
        let mut x = seed.wrapping_mul(0x9E3779B97F4A7C15) | 1;
        let mut rnd = |n: u64| {
            x ^= x << 13;
            x ^= x >> 7;
            x ^= x << 17;
            (x >> 11) % n
        };
        let n = 3 + rnd(14);
        let density = 1 + rnd(3);
        let mut specs = Vec::new();
        for i in 0..n {
            let mut s = Spec::new(&format!("p{i}-1-1.noarch"));
            for _ in 0..rnd(density + 2) {
                let t = |r: &mut dyn FnMut(u64) -> u64| match r(7) {
                    0 => format!("(p{} or p{})", r(n), r(n)),
                    1 => format!("(p{} if p{} else p{})", r(n), r(n), r(n)),
                    2 => format!("(p{} and p{})", r(n), r(n)),
                    3 => "cap".into(),
                    _ => format!("p{}", r(n)),
                };
                match rnd(9) {
                    0 => s = s.requires_for(When::Post, &[&t(&mut rnd)]),
                    1 => s = s.requires_for(When::Pre, &[&t(&mut rnd)]),
                    2 => s = s.recommends(&[&t(&mut rnd)]),
                    3 => s.suggests.push(t(&mut rnd)),
                    4 => s.supplements.push(t(&mut rnd)),
                    5 => s.enhances.push(t(&mut rnd)),
                    6 => s = s.requires_for(When::Postun, &[&t(&mut rnd)]),
                    _ => s = s.requires([t(&mut rnd).as_str()]),
                }
            }
            if rnd(4) == 0 {
                s = s.provides(["cap"]);
            }
            specs.push(s);
        }
        let dir = format!("/tmp/drv/fuzz");
        let _ = std::fs::remove_dir_all(&dir);
        std::fs::create_dir_all(&dir).unwrap();
        let made: Vec<_> = specs.iter().map(make).collect();
        let files: Vec<String> = made
            .iter()
            .map(|m| {
                let f = format!("{dir}/{}", m.file_name());
                std::fs::write(&f, &m.bytes).unwrap();
                f
            })
            .collect();
        let rpm = |args: &[&str], files: &[String]| {
            let out = Command::new("rpm")
                .args(["--root", &format!("{dir}/root"), "--dbpath", "/var/lib/rpm"])
                .args(args)
                .args(files)
                .output()
                .unwrap();
            String::from_utf8_lossy(&out.stdout).into_owned() + &String::from_utf8_lossy(&out.stderr)
        };
        std::fs::create_dir_all(format!("{dir}/root/var/lib/rpm")).unwrap();
        let log = rpm(&["-U", "--nodeps", "--justdb", "--nosignature", "--nodigest"], &files);
        let real = rpm(&["-qa", "--qf", "%{DBINSTANCE} %{NAME}\n"], &[]);
        let mut real: Vec<(u32, String)> = real
            .lines()
            .filter_map(|l| {
                let (a, b) = l.split_once(' ')?;
                Some((a.parse().ok()?, b.to_owned()))
            })
            .collect();
        real.sort();
        let real: Vec<String> = real.into_iter().map(|r| r.1).collect();
        let heads: Vec<_> = made.iter().map(|m| PackageHead::read(&mut &m.bytes[..]).unwrap().main).collect();
        let fl: Vec<_> = heads.iter().map(|h| h.files().unwrap()).collect();
        let el: Vec<_> = heads.iter().zip(&fl).map(|(header, files)| Element { header, files }).collect();
        let d = Dialect::of(&"4.18.0".parse().unwrap());
        let ours: Vec<String> = transaction_order(&el, Direction::Install, &d)
            .unwrap()
            .into_iter()
            .map(|i| specs[i].nevra.name.clone())
            .collect();
        // erasure: names in database order are the elements
        let erase_log =
            rpm(&["-evv", "--nodeps", "--justdb"], &specs.iter().map(|s| s.nevra.name.clone()).collect::<Vec<_>>());
        let erased: Vec<String> = erase_log
            .lines()
            .filter_map(|l| Some(l.split_once("========== +++ ")?.1.split('-').next()?.to_owned()))
            .collect();
        let ours_e: Vec<String> = transaction_order(&el, Direction::Erase, &d)
            .unwrap()
            .into_iter()
            .map(|i| specs[i].nevra.name.clone())
            .collect();
        if ours != real || ours_e != erased {
            bad += 1;
            println!(
                "seed {seed}\n real {real:?}\n ours {ours:?}\n erased {erased:?}\n ours   {ours_e:?}\n{}",
                if real.is_empty() { log } else { String::new() }
            );
            for s in &specs {
                println!(
                    "  {} R{:?} W{:?} S{:?} P{:?} E{:?} prov{:?}",
                    s.nevra.name, s.requires, s.recommends, s.suggests, s.supplements, s.enhances, s.provides
                );
            }
        }
    }
    println!("{bad} of {} differ", to - from);
}
