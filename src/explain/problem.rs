//! What the body of a failure says, in every form that the API's errors have had. Pure: content type and bytes in,
//! a few texts out.

use serde_json::Value;

use crate::answer::is_page;

/// A larger body is not read for a message.
const LARGEST: usize = 1024 * 1024;
/// So many field errors are kept.
const MOST_FIELDS: usize = 100;

/// What a body is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Form {
    /// Nothing, or white space.
    #[default]
    Empty,
    /// HTML: not the API's.
    Page,
    /// JSON in which something was found to tell.
    Problem,
    /// Other JSON.
    Json,
    /// Called JSON and not readable as such: cut off, most likely.
    Damaged,
    /// Text of some other type.
    Text,
    /// Anything else, or too large.
    Other,
}

/// What a body says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) form: Form,
    pub(super) title: String,
    pub(super) detail: String,
    pub(super) fields: Vec<Field>,
}

/// One thing that is wrong with the request.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Field {
    pub(super) code: String,
    pub(super) name: String,
    pub(super) message: String,
}

/// Reads a body of any origin.
pub(super) fn read(content_type: &str, body: &[u8]) -> Said {
    let form = |form| Said { form, ..Said::default() };
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).trim_ascii();
    let kind = content_type.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
    if is_page(&kind, body) {
        return form(Form::Page);
    }
    if body.is_empty() {
        return form(Form::Empty);
    }
    if body.len() > LARGEST {
        return form(Form::Other);
    }
    if let Ok(json @ (Value::Object(_) | Value::Array(_))) = serde_json::from_slice(body) {
        return of_json(&json);
    }
    if kind.ends_with("json") {
        return form(Form::Damaged);
    }
    match std::str::from_utf8(body) {
        Ok(text) if kind.is_empty() || kind.starts_with("text/") => {
            Said { form: Form::Text, detail: text.to_owned(), ..Said::default() }
        }
        _ => form(Form::Other),
    }
}

/// RFC 9457 with the API's own `errors`; OAuth's `error`; `errorMessage`; and two old forms with `errors` as texts.
pub(super) fn of_json(json: &Value) -> Said {
    let text = |at: &str| json.pointer(at).and_then(Value::as_str).unwrap_or("").trim().to_owned();
    let first = |places: &[&str]| places.iter().map(|at| text(at)).find(|said| !said.is_empty()).unwrap_or_default();
    let title = first(&["/title", "/error"]);
    let detail = first(&["/detail", "/error_description", "/errorMessage", "/message", "/errors", "/error/message"]);
    let errors = json.get("errors").and_then(Value::as_array);
    let fields = errors.into_iter().flatten().take(MOST_FIELDS).filter_map(field);
    let mut said = Said { form: Form::Json, title, detail, fields: fields.collect() };
    if !(said.title.is_empty() && said.detail.is_empty() && said.fields.is_empty()) {
        said.form = Form::Problem;
    }
    said
}

fn field(error: &Value) -> Option<Field> {
    if let Some(message) = error.as_str() {
        return Some(Field { message: message.trim().to_owned(), ..Field::default() });
    }
    let text = |name: &str| match &error[name] {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    };
    let field = Field { code: text("code"), name: text("field"), message: text("message") };
    (field != Field::default()).then_some(field)
}

impl Said {
    /// A clause that follows what happened, such as ": Bad Request (url: must be set)". Every text goes through `quoted`,
    /// which takes the token out of it and bounds its length.
    pub(super) fn clause(&self, quoted: impl Fn(&str, usize) -> String) -> String {
        const TITLE: usize = 120;
        const DETAIL: usize = 300;
        const FIELD: usize = 100;
        const FIELDS: usize = 4;
        let (title, detail) = (quoted(&self.title, TITLE), quoted(&self.detail, DETAIL));
        let title = if detail.to_lowercase().contains(&title.to_lowercase()) { String::new() } else { title };
        let mut fields: Vec<String> =
            self.fields.iter().take(FIELDS).map(|field| quoted(&field.text(), FIELD)).collect();
        fields.retain(|text| !text.is_empty() && !detail.contains(text.as_str()));
        if self.fields.len() > FIELDS {
            fields.push(format!("and {} more", self.fields.len() - FIELDS));
        }
        let fields = if fields.is_empty() { String::new() } else { format!("({})", fields.join("; ")) };
        let parts: Vec<&str> = [&title, &detail].into_iter().map(|part| part.trim_end_matches('.')).collect();
        let said = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(": ");
        match (said.is_empty(), fields.is_empty()) {
            (true, true) => String::new(),
            (false, true) => format!(": {said}"),
            (true, false) => format!(": {fields}"),
            (false, false) => format!(": {said} {fields}"),
        }
    }

    /// What the form of the body tells of where it comes from.
    pub(super) fn origin(&self) -> &'static str {
        match self.form {
            Form::Damaged => " The answer's JSON is cut off or damaged.",
            Form::Text | Form::Other => " The answer is not in the API's form: a proxy may have made it.",
            Form::Empty | Form::Page | Form::Problem | Form::Json => "",
        }
    }
}

impl Field {
    fn text(&self) -> String {
        let Self { code, name, message } = self;
        let separator = if name.is_empty() || message.is_empty() { "" } else { ": " };
        let named = format!("{name}{separator}{message}");
        match (named.is_empty(), code.is_empty()) {
            (_, true) => named,
            (true, false) => code.clone(),
            (false, false) => format!("{named} [{code}]"),
        }
    }
}

#[cfg(test)]
#[path = "problem_tests.rs"]
mod tests;
