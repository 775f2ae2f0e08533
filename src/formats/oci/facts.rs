//! A config flattened to lines that can be compared: what it says, by name.

use std::collections::BTreeMap;

use serde_json::Value;

use super::ImageConfig;

impl ImageConfig {
    /// Everything the config says but its layers, as text by name: `user`, `cmd`, `env PATH`, `label version`, `history 1`.
    /// Lists and values of unknown fields are JSON. Times only if asked for. What is absent or empty has no name here.
    pub fn facts(&self, times: bool) -> BTreeMap<String, String> {
        let mut facts = BTreeMap::new();
        let mut put = |name: String, value: Option<String>| {
            if let Some(value) = value.filter(|v| !v.is_empty()) {
                facts.insert(name, value);
            }
        };
        put("created".into(), self.created.clone().filter(|_| times));
        put("author".into(), self.author.clone());
        put("architecture".into(), Some(self.architecture.clone()));
        put("variant".into(), self.variant.clone());
        put("os".into(), Some(self.os.clone()));
        let config = &self.config;
        put("user".into(), config.user.clone());
        put("workdir".into(), config.working_dir.clone());
        put("stopsignal".into(), config.stop_signal.clone());
        put("entrypoint".into(), config.entrypoint.as_ref().map(|list| text(&list.clone().into())));
        put("cmd".into(), config.cmd.as_ref().map(|list| text(&list.clone().into())));
        for (name, value) in self.other.iter().chain(&config.other) {
            put(name.clone(), Some(value).filter(|v| !v.is_null()).map(text));
        }
        for step in self.history.iter().enumerate().map(|(n, step)| (n + 1, step)) {
            let (number, step) = step;
            let time = step.created.clone().filter(|_| times);
            let parts = [step.created_by.clone(), step.comment.clone(), step.author.clone(), time];
            let mut said: Vec<String> = parts.into_iter().flatten().filter(|part| !part.is_empty()).collect();
            if step.empty_layer {
                said.push("(no layer)".into());
            }
            put(format!("history {number}"), Some(said.join("; ")));
        }
        // A variable set to nothing is not a variable left out: its fact is put in whatever it holds.
        facts.extend(config.exposed_ports.iter().map(|port| (format!("port {port}"), "exposed".into())));
        facts.extend(config.volumes.iter().map(|path| (format!("volume {path}"), "declared".into())));
        facts.extend(config.labels.iter().map(|(key, value)| (format!("label {key}"), value.clone())));
        facts.extend(config.env.iter().map(|variable| {
            let (name, value) = variable.split_once('=').unwrap_or((variable, ""));
            (format!("env {name}"), value.to_owned())
        }));
        facts
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_a_config_says() {
        let config = ImageConfig::parse(
            br#"{"created":"2024-01-01T00:00:00Z","author":"me","architecture":"arm64","os":"linux","x":[1],
            "config":{"User":"u","ExposedPorts":{"80/tcp":{}},"Env":["A=1","B=","A=2"],"Entrypoint":["/e"],"Cmd":["c","d"],
            "Volumes":{"/v":{}},"WorkingDir":"/w","Labels":{"l":""},"StopSignal":"TERM","Healthcheck":{"Test":["NONE"]}},
            "rootfs":{"type":"layers","diff_ids":[]},
            "history":[{"created":"2024-01-01T00:00:00Z","created_by":"step","comment":"c"},{"empty_layer":true}]}"#,
        )
        .expect("a config");
        let facts = config.facts(false);
        let lines: Vec<String> = facts.iter().map(|(k, v)| format!("{k}={v}")).collect();
        let want = "Healthcheck={\"Test\":[\"NONE\"]}|architecture=arm64|author=me|cmd=[\"c\",\"d\"]|entrypoint=[\"/e\"]|env A=2|\
            env B=|history 1=step; c|history 2=(no layer)|label l=|os=linux|port 80/tcp=exposed|stopsignal=TERM|user=u|\
            volume /v=declared|workdir=/w|x=[1]";
        assert_eq!(lines.join("|"), want);
        let times = config.facts(true);
        assert_eq!(times["created"], "2024-01-01T00:00:00Z");
        assert_eq!(times["history 1"], "step; c; 2024-01-01T00:00:00Z");
        assert_eq!(times.len(), facts.len() + 1);
    }
}
