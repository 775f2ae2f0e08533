//! Epoch, version, release, ordered as rpm orders them.

use std::{cmp::Ordering, fmt, str::FromStr};

/// `[epoch:]version[-release]`. An absent epoch is 0; an absent release is empty and matches any (see [`Evr::matches`]).
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Evr {
    /// 0 when not written.
    pub epoch: u32,
    /// Upstream's version.
    pub version: String,
    /// The packager's release, empty when not written.
    pub release: String,
}

/// Text that is no EVR.
#[derive(Debug, thiserror::Error)]
#[error("{text:?} is not [epoch:]version[-release]: {why}")]
pub struct InvalidEvr {
    /// The text.
    pub text: String,
    /// Which part is wrong.
    pub why: &'static str,
}

impl Evr {
    /// From the three parts as repodata and headers carry them.
    pub fn new(epoch: u32, version: impl Into<String>, release: impl Into<String>) -> Self {
        Self { epoch, version: version.into(), release: release.into() }
    }

    /// Compares as rpm compares dependencies: a side without release equals any release.
    pub fn matches(&self, other: &Self) -> Ordering {
        self.epoch.cmp(&other.epoch).then_with(|| rpmvercmp(&self.version, &other.version)).then_with(|| {
            if self.release.is_empty() || other.release.is_empty() {
                Ordering::Equal
            } else {
                rpmvercmp(&self.release, &other.release)
            }
        })
    }
}

impl Ord for Evr {
    /// Total order of packages: epoch, version, release.
    fn cmp(&self, other: &Self) -> Ordering {
        self.epoch
            .cmp(&other.epoch)
            .then_with(|| rpmvercmp(&self.version, &other.version))
            .then_with(|| rpmvercmp(&self.release, &other.release))
    }
}

impl PartialOrd for Evr {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Evr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.epoch != 0 {
            write!(f, "{}:", self.epoch)?;
        }
        f.write_str(&self.version)?;
        if !self.release.is_empty() {
            write!(f, "-{}", self.release)?;
        }
        Ok(())
    }
}

impl FromStr for Evr {
    type Err = InvalidEvr;

    fn from_str(s: &str) -> Result<Self, InvalidEvr> {
        let bad = |why| InvalidEvr { text: s.to_owned(), why };
        let (epoch, rest) = match s.split_once(':') {
            Some((e, rest)) => (e.parse().map_err(|_| bad("the epoch is not a number"))?, rest),
            None => (0, s),
        };
        let (version, release) = rest.rsplit_once('-').unwrap_or((rest, ""));
        if version.is_empty() {
            return Err(bad("the version is missing"));
        }
        Ok(Self::new(epoch, version, release))
    }
}

/// rpm's segment-wise version comparison, tilde and caret included (rpm `rpmio/rpmvercmp.c`).
pub fn rpmvercmp(a: &str, b: &str) -> Ordering {
    if a == b {
        return Ordering::Equal;
    }
    let (mut a, mut b) = (a.as_bytes(), b.as_bytes());
    loop {
        let separator = |c: &u8| !c.is_ascii_alphanumeric() && *c != b'~' && *c != b'^';
        a = &a[a.iter().take_while(|c| separator(c)).count()..];
        b = &b[b.iter().take_while(|c| separator(c)).count()..];
        match (a.first() == Some(&b'~'), b.first() == Some(&b'~')) {
            (true, true) => {
                (a, b) = (&a[1..], &b[1..]);
                continue;
            }
            (true, false) => return Ordering::Less,
            (false, true) => return Ordering::Greater,
            (false, false) => {}
        }
        match (a.first() == Some(&b'^'), b.first() == Some(&b'^')) {
            (true, true) => {
                (a, b) = (&a[1..], &b[1..]);
                continue;
            }
            (true, false) => return if b.is_empty() { Ordering::Greater } else { Ordering::Less },
            (false, true) => return if a.is_empty() { Ordering::Less } else { Ordering::Greater },
            (false, false) => {}
        }
        if a.is_empty() || b.is_empty() {
            return a.len().cmp(&b.len());
        }
        let digits = a[0].is_ascii_digit();
        let of_kind = |c: &&u8| if digits { c.is_ascii_digit() } else { c.is_ascii_alphabetic() };
        let (sa, ra) = a.split_at(a.iter().take_while(of_kind).count());
        let (sb, rb) = b.split_at(b.iter().take_while(of_kind).count());
        if sb.is_empty() {
            // Different kinds: numbers are newer than letters.
            return if digits { Ordering::Greater } else { Ordering::Less };
        }
        let order = if digits {
            let (na, nb) = (strip_zeros(sa), strip_zeros(sb));
            na.len().cmp(&nb.len()).then_with(|| na.cmp(nb))
        } else {
            sa.cmp(sb)
        };
        if order.is_ne() {
            return order;
        }
        (a, b) = (ra, rb);
    }
}

fn strip_zeros(digits: &[u8]) -> &[u8] {
    &digits[digits.iter().take_while(|c| **c == b'0').count()..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rpm_s_own_table() {
        // From rpm's tests/rpmvercmp.at.
        for (a, b, want) in [
            ("1.0", "1.0", 0),
            ("1.0", "2.0", -1),
            ("2.0.1", "2.0.1a", -1),
            ("2.0.1a", "2.0.1", 1),
            ("5.5p1", "5.5p2", -1),
            ("5.5p10", "5.5p1", 1),
            ("10xyz", "10.1xyz", -1),
            ("xyz10", "xyz10.1", -1),
            ("xyz.4", "8", -1),
            ("8", "xyz.4", 1),
            ("5.5p2", "5.6p1", -1),
            ("6.0.rc1", "6.0", 1),
            ("10b2", "10a1", 1),
            ("1.0aa", "1.0a", 1),
            ("10.0001", "10.1", 0),
            ("10.0001", "10.0039", -1),
            ("4.999.9", "5.0", -1),
            ("20101121", "20101122", -1),
            ("2_0", "2.0", 0),
            ("a", "a", 0),
            ("a+", "a_", 0),
            ("1.0~rc1", "1.0", -1),
            ("1.0~rc1", "1.0~rc2", -1),
            ("1.0~rc1~git123", "1.0~rc1", -1),
            ("1.0^", "1.0", 1),
            ("1.0^git1", "1.0^git2", -1),
            ("1.0^git1", "1.01", -1),
            ("1.0^20160101", "1.0.1", -1),
            ("1.0^20160101^git1", "1.0^20160102", -1),
            ("1.0~rc1^git1", "1.0~rc1", 1),
            ("1.0^git1~pre", "1.0^git1", -1),
            ("", "~", 1),
            ("1.0.", "1.0", 0),
            ("1..0", "1.0", 0),
        ] {
            assert_eq!(rpmvercmp(a, b) as i32, want, "{a} {b}");
            assert_eq!(rpmvercmp(b, a) as i32, -want, "{b} {a}");
        }
    }

    #[test]
    fn missing_release_matches_any() {
        let v: Evr = "1.2".parse().expect("valid");
        let vr: Evr = "0:1.2-7.el8".parse().expect("valid");
        assert_eq!(v.matches(&vr), Ordering::Equal);
        assert!(v < vr);
        assert!("1:".parse::<Evr>().is_err() && "x:1".parse::<Evr>().is_err());
        assert_eq!("2:1-3".parse::<Evr>().expect("valid").to_string(), "2:1-3");
    }
}
