//! The dialect of `.repo` files: sections, `key = value`, continuation by indentation, `#` and `;` comments.

use super::ConfigError;

/// Files longer than this are no configuration.
const LIMIT: usize = 4 << 20;

/// One `[section]` and its values with their lines, in order.
pub(super) struct Section {
    pub name: String,
    pub line: usize,
    pub values: Vec<(usize, String, String)>,
}

pub(super) fn sections(file: &str, text: &str) -> Result<Vec<Section>, ConfigError> {
    let bad = |line: usize, content: &str| ConfigError::Line {
        file: file.to_owned(),
        line,
        content: content.chars().take(80).collect(),
    };
    if text.len() > LIMIT {
        return Err(bad(1, "more than 4 MiB"));
    }
    let mut out: Vec<Section> = Vec::new();
    let mut continues = false;
    for (i, raw) in text.lines().enumerate() {
        let (line, trimmed) = (i + 1, raw.trim());
        if trimmed.is_empty() || trimmed.starts_with(['#', ';']) {
            // A blank line ends a value; a comment between the lines of one does not.
            continues &= !trimmed.is_empty();
            continue;
        }
        if raw.starts_with([' ', '\t']) {
            let value = out.last_mut().filter(|_| continues).and_then(|s| s.values.last_mut());
            let (_, _, value) = value.ok_or_else(|| bad(line, raw))?;
            value.push('\n');
            value.push_str(trimmed);
            continue;
        }
        if let Some(rest) = trimmed.strip_prefix('[') {
            let name = rest.split_once(']').map(|(name, _)| name.trim()).filter(|n| !n.is_empty());
            let name = name.ok_or_else(|| bad(line, raw))?.to_owned();
            out.push(Section { name, line, values: Vec::new() });
            continues = false;
            continue;
        }
        let (key, value) = trimmed.split_once(['=', ':']).ok_or_else(|| bad(line, raw))?;
        let section = out.last_mut().ok_or_else(|| bad(line, raw))?;
        section.values.push((line, key.trim().to_owned(), value.trim().to_owned()));
        continues = true;
    }
    Ok(out)
}
