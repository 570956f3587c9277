//! The functions that `include/thousandeyes.h` declares.

/// One prototype of the header.
pub struct Function {
    /// Such as `te_get`.
    pub name: String,
    /// What stands between the parentheses.
    pub parameters: String,
}

/// All functions of a header's text, in its order.
pub fn functions(header: &str) -> Vec<Function> {
    let code = header.lines().map(str::trim_start);
    let code = code.filter(|line| !line.starts_with("//") && !line.starts_with('#') && !line.starts_with('*'));
    let text = code.collect::<Vec<_>>().join(" ");
    let found = text.split(';').filter(|statement| !statement.contains("typedef"));
    let found = found.filter_map(|statement| statement.split_once('('));
    let word = |c: char| !c.is_ascii_alphanumeric() && c != '_';
    found
        .map(|(start, parameters)| Function {
            name: start.trim_end().rsplit(word).next().unwrap_or("").to_owned(),
            parameters: parameters.trim_end().trim_end_matches(')').to_owned(),
        })
        .collect()
}

/// Those of the project's header.
pub fn of_project() -> Vec<Function> {
    functions(include_str!("../../include/thousandeyes.h"))
}
