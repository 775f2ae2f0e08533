//! Image configs. What we do not know in a foreign one is kept and written back.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use super::{
    DocumentError,
    document::{CONFIG_LIMIT, json, within},
};
use crate::terms::DiffId;

const WHAT: &str = "an image config";

/// What a container of the image runs, and which layers it is made of.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ImageConfig {
    /// RFC 3339 time.
    pub created: Option<String>,
    /// Who made it.
    pub author: Option<String>,
    /// GOARCH.
    pub architecture: String,
    /// Of the architecture.
    pub variant: Option<String>,
    /// GOOS.
    pub os: String,
    /// How a container of it runs.
    pub config: ContainerConfig,
    /// Its layers, uncompressed, bottom first.
    pub rootfs: RootFs,
    /// How it came about, oldest first.
    pub history: Vec<History>,
    /// Fields not named above, in the order they came; written last.
    pub other: Map<String, Value>,
}

/// The layers of an image.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RootFs {
    /// Digests of the uncompressed layers, bottom first: one for each that is not `empty_layer` in the history.
    pub diff_ids: Vec<DiffId>,
}

/// One step of how an image came about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct History {
    /// RFC 3339 time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<String>,
    /// The command, as text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_by: Option<String>,
    /// Who.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    /// Free text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// Whether the step made no layer.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub empty_layer: bool,
}

/// How a container of an image runs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ContainerConfig {
    /// `user[:group]`, names or numbers.
    pub user: Option<String>,
    /// `port[/protocol]`.
    pub exposed_ports: BTreeSet<String>,
    /// `NAME=value`, in order.
    pub env: Vec<String>,
    /// The command's beginning.
    pub entrypoint: Option<Vec<String>>,
    /// The command, or its default arguments.
    pub cmd: Option<Vec<String>>,
    /// Paths kept outside the image.
    pub volumes: BTreeSet<String>,
    /// Where the command starts.
    pub working_dir: Option<String>,
    /// Free text by key.
    pub labels: BTreeMap<String, String>,
    /// What stops it.
    pub stop_signal: Option<String>,
    /// Fields not named above (`Healthcheck`, `OnBuild`, …), in the order they came; written last.
    pub other: Map<String, Value>,
}

impl ImageConfig {
    /// Reads one.
    pub fn parse(bytes: &[u8]) -> Result<Self, DocumentError> {
        within(WHAT, bytes, CONFIG_LIMIT)?;
        let mut map: Map<String, Value> = json(WHAT, bytes)?;
        let mut rootfs: Map<String, Value> = take(&mut map, "rootfs")?;
        if rootfs.get("type").is_some_and(|t| t != "layers") {
            return Err(DocumentError::Unusable { what: WHAT, why: "rootfs.type is not \"layers\"".into() });
        }
        Ok(Self {
            created: take(&mut map, "created")?,
            author: take(&mut map, "author")?,
            architecture: take(&mut map, "architecture")?,
            variant: take(&mut map, "variant")?,
            os: take(&mut map, "os")?,
            config: ContainerConfig::from_map(take(&mut map, "config")?)?,
            rootfs: RootFs { diff_ids: take(&mut rootfs, "diff_ids")? },
            history: take(&mut map, "history")?,
            other: map,
        })
    }

    /// Writes it: compact JSON in a fixed order. Equal values give equal bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut map = Map::new();
        put(&mut map, "created", &self.created);
        put(&mut map, "author", &self.author);
        put(&mut map, "architecture", &self.architecture);
        put(&mut map, "variant", &self.variant);
        put(&mut map, "os", &self.os);
        let config = self.config.to_map();
        if !config.is_empty() {
            map.insert("config".into(), Value::Object(config));
        }
        map.insert("rootfs".into(), serde_json::json!({"type": "layers", "diff_ids": self.rootfs.diff_ids}));
        put_some(&mut map, "history", &self.history, self.history.is_empty());
        map.extend(self.other.clone());
        serde_json::to_vec(&map).expect("keys are text")
    }
}

impl ContainerConfig {
    fn from_map(mut map: Map<String, Value>) -> Result<Self, DocumentError> {
        let keys = |set: Map<String, Value>| set.into_iter().map(|(key, _)| key).collect();
        Ok(Self {
            user: take(&mut map, "User")?,
            exposed_ports: keys(take(&mut map, "ExposedPorts")?),
            env: take(&mut map, "Env")?,
            entrypoint: take(&mut map, "Entrypoint")?,
            cmd: take(&mut map, "Cmd")?,
            volumes: keys(take(&mut map, "Volumes")?),
            working_dir: take(&mut map, "WorkingDir")?,
            labels: take(&mut map, "Labels")?,
            stop_signal: take(&mut map, "StopSignal")?,
            other: map,
        })
    }

    fn to_map(&self) -> Map<String, Value> {
        let set = |names: &BTreeSet<String>| -> Map<String, Value> {
            names.iter().map(|n| (n.clone(), Value::Object(Map::new()))).collect()
        };
        let mut map = Map::new();
        put(&mut map, "User", &self.user);
        put_some(&mut map, "ExposedPorts", &set(&self.exposed_ports), self.exposed_ports.is_empty());
        put_some(&mut map, "Env", &self.env, self.env.is_empty());
        put(&mut map, "Entrypoint", &self.entrypoint);
        put(&mut map, "Cmd", &self.cmd);
        put_some(&mut map, "Volumes", &set(&self.volumes), self.volumes.is_empty());
        put(&mut map, "WorkingDir", &self.working_dir);
        put_some(&mut map, "Labels", &self.labels, self.labels.is_empty());
        put(&mut map, "StopSignal", &self.stop_signal);
        map.extend(self.other.clone());
        map
    }
}

/// Takes a field out of the map; absent and `null` are the default.
fn take<T: DeserializeOwned + Default>(map: &mut Map<String, Value>, key: &str) -> Result<T, DocumentError> {
    match map.shift_remove(key) {
        None | Some(Value::Null) => Ok(T::default()),
        Some(value) => serde_json::from_value(value).map_err(|source| DocumentError::Json { what: WHAT, source }),
    }
}

fn put<T: Serialize>(map: &mut Map<String, Value>, key: &str, value: &T) {
    let value = serde_json::to_value(value).expect("keys are text");
    put_some(map, key, &value, value.is_null());
}

fn put_some<T: Serialize>(map: &mut Map<String, Value>, key: &str, value: &T, empty: bool) {
    if !empty {
        map.insert(key.into(), serde_json::to_value(value).expect("keys are text"));
    }
}
