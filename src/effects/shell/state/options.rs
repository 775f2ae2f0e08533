//! `set -o` and `shopt`.

/// The shell's switches.
#[derive(Clone, Debug)]
pub(in super::super) struct Options {
    /// `-e`
    pub errexit: bool,
    /// `-u`
    pub nounset: bool,
    /// `-x`
    pub xtrace: bool,
    /// `-f`
    pub noglob: bool,
    /// `-C`
    pub noclobber: bool,
    /// `-a`
    pub allexport: bool,
    /// `-n`
    pub noexec: bool,
    /// `-v`
    pub verbose: bool,
    /// `-E`
    pub errtrace: bool,
    /// `-T`
    pub functrace: bool,
    /// `-h`
    pub hashall: bool,
    /// `-B`
    pub braceexpand: bool,
    /// `-b`
    pub notify: bool,
    /// `-m`
    pub monitor: bool,
    /// `-p`
    pub privileged: bool,
    /// `-k`
    pub keyword: bool,
    /// `-t`
    pub onecmd: bool,
    /// `-P`
    pub physical: bool,
    /// `-o pipefail`
    pub pipefail: bool,
    /// `-o posix`; `sh` has it.
    pub posix: bool,
    /// `shopt` names that are on.
    pub shopt: std::collections::BTreeSet<&'static str>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            errexit: false,
            nounset: false,
            xtrace: false,
            noglob: false,
            noclobber: false,
            allexport: false,
            noexec: false,
            verbose: false,
            errtrace: false,
            functrace: false,
            hashall: true,
            braceexpand: true,
            notify: false,
            monitor: false,
            privileged: false,
            keyword: false,
            onecmd: false,
            physical: false,
            pipefail: false,
            posix: false,
            shopt: [
                "cmdhist",
                "complete_fullquote",
                "extquote",
                "force_fignore",
                "globasciiranges",
                "globskipdots",
                "hostcomplete",
                "interactive_comments",
                "patsub_replacement",
                "progcomp",
                "promptvars",
                "sourcepath",
            ]
            .into(),
        }
    }
}

/// Letters and long names, in the order of `set -o`.
const NAMES: &[(&str, Option<u8>)] = &[
    ("allexport", Some(b'a')),
    ("braceexpand", Some(b'B')),
    ("emacs", None),
    ("errexit", Some(b'e')),
    ("errtrace", Some(b'E')),
    ("functrace", Some(b'T')),
    ("hashall", Some(b'h')),
    ("histexpand", Some(b'H')),
    ("history", None),
    ("ignoreeof", None),
    ("interactive-comments", None),
    ("keyword", Some(b'k')),
    ("monitor", Some(b'm')),
    ("noclobber", Some(b'C')),
    ("noexec", Some(b'n')),
    ("noglob", Some(b'f')),
    ("nolog", None),
    ("notify", Some(b'b')),
    ("nounset", Some(b'u')),
    ("onecmd", Some(b't')),
    ("physical", Some(b'P')),
    ("pipefail", None),
    ("posix", None),
    ("privileged", Some(b'p')),
    ("verbose", Some(b'v')),
    ("vi", None),
    ("xtrace", Some(b'x')),
];

/// What `shopt` knows.
const SHOPT: &[&str] = &[
    "autocd",
    "assoc_expand_once",
    "cdable_vars",
    "cdspell",
    "checkhash",
    "checkjobs",
    "checkwinsize",
    "cmdhist",
    "compat31",
    "compat32",
    "compat40",
    "compat41",
    "compat42",
    "compat43",
    "compat44",
    "complete_fullquote",
    "direxpand",
    "dirspell",
    "dotglob",
    "execfail",
    "expand_aliases",
    "extdebug",
    "extglob",
    "extquote",
    "failglob",
    "force_fignore",
    "globasciiranges",
    "globskipdots",
    "globstar",
    "gnu_errfmt",
    "histappend",
    "histreedit",
    "histverify",
    "hostcomplete",
    "huponexit",
    "inherit_errexit",
    "interactive_comments",
    "lastpipe",
    "lithist",
    "localvar_inherit",
    "localvar_unset",
    "login_shell",
    "mailwarn",
    "no_empty_cmd_completion",
    "nocaseglob",
    "nocasematch",
    "noexpand_translation",
    "nullglob",
    "patsub_replacement",
    "progcomp",
    "progcomp_alias",
    "promptvars",
    "restricted_shell",
    "shift_verbose",
    "sourcepath",
    "varredir_close",
    "xpg_echo",
];

impl Options {
    fn switch(&mut self, name: &str) -> Option<&mut bool> {
        Some(match name {
            "allexport" => &mut self.allexport,
            "braceexpand" => &mut self.braceexpand,
            "errexit" => &mut self.errexit,
            "errtrace" => &mut self.errtrace,
            "functrace" => &mut self.functrace,
            "hashall" => &mut self.hashall,
            "keyword" => &mut self.keyword,
            "monitor" => &mut self.monitor,
            "noclobber" => &mut self.noclobber,
            "noexec" => &mut self.noexec,
            "noglob" => &mut self.noglob,
            "notify" => &mut self.notify,
            "nounset" => &mut self.nounset,
            "onecmd" => &mut self.onecmd,
            "physical" => &mut self.physical,
            "pipefail" => &mut self.pipefail,
            "posix" => &mut self.posix,
            "privileged" => &mut self.privileged,
            "verbose" => &mut self.verbose,
            "xtrace" => &mut self.xtrace,
            _ => return None,
        })
    }

    /// `set -o NAME`; false where there is none of that name.
    pub(in super::super) fn set(&mut self, name: &str, on: bool) -> bool {
        if let Some(switch) = self.switch(name) {
            *switch = on;
        }
        NAMES.iter().any(|(known, _)| *known == name)
    }

    /// `set -X`; false where there is no such letter.
    pub(in super::super) fn set_letter(&mut self, letter: u8, on: bool) -> bool {
        NAMES.iter().find(|(_, l)| *l == Some(letter)).is_some_and(|(name, _)| self.set(name, on))
    }

    /// Whether an option is on; none where there is no such option.
    pub(in super::super) fn get(&self, name: &str) -> Option<bool> {
        NAMES.iter().find(|(known, _)| *known == name)?;
        Some(self.clone().switch(name).map_or(name == "interactive-comments", |on| *on))
    }

    /// Every name with its state.
    pub(in super::super) fn all(&self) -> impl Iterator<Item = (&'static str, bool)> {
        NAMES.iter().map(|(name, _)| (*name, self.get(name).unwrap_or_default()))
    }

    /// `$-`
    pub(in super::super) fn letters(&self) -> Vec<u8> {
        let order = b"abefhkmnptuvxBCEHPT";
        let on = |l: &u8| NAMES.iter().any(|(name, letter)| letter == &Some(*l) && self.get(name) == Some(true));
        order.iter().copied().filter(on).collect()
    }

    /// `shopt -s` or `-u`; false where there is none of that name.
    pub(in super::super) fn set_shopt(&mut self, name: &str, on: bool) -> bool {
        let Some(known) = SHOPT.iter().find(|known| **known == name) else { return false };
        if on {
            self.shopt.insert(known)
        } else {
            self.shopt.remove(known)
        };
        true
    }

    /// Every `shopt` name with its state.
    pub(in super::super) fn all_shopt(&self) -> impl Iterator<Item = (&'static str, bool)> {
        SHOPT.iter().map(|name| (*name, self.shopt.contains(name)))
    }
}
