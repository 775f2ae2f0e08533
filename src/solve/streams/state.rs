//! What `/etc/dnf/modules.d/NAME.module` says of a module.

/// Whether a stream of a module is enabled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Standing {
    /// Neither: the default stream is active.
    #[default]
    Unset,
    /// One is.
    Enabled,
    /// None may be.
    Disabled,
}

/// The state of a module.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// Whether a stream is enabled.
    pub standing: Standing,
    /// Which; empty where none is.
    pub stream: String,
    /// Profiles of it that are installed.
    pub profiles: Vec<String>,
}

impl State {
    /// A stream enabled.
    pub fn enabled(stream: &str) -> Self {
        Self { standing: Standing::Enabled, stream: stream.to_owned(), profiles: Vec::new() }
    }

    /// Reads a state file's section of this module: an INI file, as libdnf writes it. Unknown keys are ignored.
    pub fn parse(module: &str, text: &str) -> Self {
        let (mut out, mut inside) = (Self::default(), false);
        for line in text.lines().map(str::trim) {
            if let Some(section) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
                inside = section == module;
            } else if let Some((key, value)) = line.split_once('=').filter(|_| inside && !line.starts_with('#')) {
                let value = value.trim();
                match key.trim() {
                    "stream" => value.clone_into(&mut out.stream),
                    "state" => {
                        out.standing = match value {
                            "enabled" | "1" | "true" => Standing::Enabled,
                            "disabled" => Standing::Disabled,
                            _ => Standing::Unset,
                        };
                    }
                    "profiles" => {
                        let profiles = value.split([',', ' ']).filter(|p| !p.is_empty());
                        out.profiles = profiles.map(str::to_owned).collect();
                    }
                    _ => {}
                }
            }
        }
        out
    }

    /// The state file, byte for byte as libdnf's `ModulePersistor::save` writes it.
    pub fn render(&self, module: &str) -> String {
        let state = match self.standing {
            Standing::Enabled => "enabled",
            Standing::Disabled => "disabled",
            Standing::Unset => "",
        };
        format!(
            "[{module}]\nname={module}\nstream={}\nprofiles={}\nstate={state}\n",
            self.stream,
            self.profiles.join(", ")
        )
    }
}
