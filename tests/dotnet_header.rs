//! The C# declarations against the header: every function, callback and constant, by name, type and value.
// quick

use std::collections::BTreeSet;
use std::path::Path;

#[test]
fn the_binding_declares_what_the_header_declares() {
    let header = header();
    assert!(header.len() > 90, "the header was not understood");
    let code = read("bindings/dotnet/Native.cs");
    let one_line = code.split_whitespace().collect::<Vec<_>>().join(" ").replace("( ", "(");
    let starts = ["public static extern", "public const int", "internal delegate"];
    let binding = one_line.split_inclusive(';').filter_map(|statement| {
        let start = starts.iter().find_map(|start| statement.find(start))?;
        Some(statement[start..].to_owned())
    });
    let differences: Vec<String> = header.symmetric_difference(&binding.collect()).cloned().collect();
    assert!(differences.is_empty(), "on one side only: {differences:#?}");
}

fn read(path: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// What the header declares, as C# declares it.
fn header() -> BTreeSet<String> {
    let header = read("include/thousandeyes.h");
    let constants = header.lines().filter_map(|line| line.strip_prefix("#define TE_")?.split_once(' '));
    let constants = constants.map(|(name, value)| format!("public const int TE_{name} = {value};"));
    let callbacks = header.lines().filter_map(|line| line.strip_prefix("typedef ")?.split_once("(*"));
    let callbacks = callbacks.map(|(result, rest)| {
        let plain = format!("{result}{}", rest.replacen(")(", "(", 1));
        // What a callback is given is lent text.
        function(plain.trim_end_matches(';'))
            .replace("public static extern", "internal delegate")
            .replace("byte[]", "IntPtr")
    });
    let declared = header.split_once("extern \"C\" {").unwrap().1;
    let code: Vec<&str> = declared.lines().filter(|line| !line.starts_with(['/', '#'])).collect();
    let code = code.join(" ");
    let functions = code.split(';').filter(|function| function.contains('(')).map(function);
    constants.chain(callbacks).chain(functions).collect()
}

fn function(declaration: &str) -> String {
    let (start, parameters) = declaration.trim().split_once('(').unwrap();
    let (result, name) = split_name(start);
    let parameters = parameters.trim_end_matches(')').split(',').map(split_name);
    let parameters: Vec<String> = parameters
        .filter(|&(_, name)| name != "void")
        .map(|(kind, name)| format!("{} {name}", parameter(kind, name)))
        .collect();
    let result = if result == "const char *" { "IntPtr" } else { parameter(result, name) };
    format!("public static extern {result} {name}({});", parameters.join(", "))
}

/// "const char *name" as "const char *" and "name".
fn split_name(text: &str) -> (&str, &str) {
    let text = text.trim();
    let start = text.rfind(|c: char| !c.is_ascii_alphanumeric() && c != '_').map_or(0, |at| at + 1);
    (text[..start].trim(), &text[start..])
}

fn parameter<'a>(kind: &'a str, name: &str) -> &'a str {
    match (kind, name) {
        ("const char *", _) | ("const void *", "body") => "byte[]",
        ("void *", _) => "IntPtr",
        ("int32_t" | "te_status", _) => "int",
        ("int64_t", _) => "long",
        ("size_t", _) => "UIntPtr",
        ("size_t *", _) => "out UIntPtr",
        (pointer, _) if pointer.ends_with('*') => "Handle",
        (same, _) => same,
    }
}
