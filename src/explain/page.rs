//! HTML where the API's JSON should be: a proxy, a log-in portal or a gateway answered.

use super::asked::Asked;
use crate::answer::Answer;
use crate::status::Status;

/// The status and the line for a web page of any HTTP status.
pub(super) fn page(answer: &Answer, asked: &Asked) -> (Status, String) {
    let code = answer.http_status();
    let what = asked.what();
    if let Some(said) = about_client_certificate(answer) {
        let text = format!(
            "{what}: the server wants a client certificate, or another one (HTTP {code}: {said}). The API saw nothing. Set \
             the client certificate option."
        );
        return (Status::Tls, text);
    }
    let to =
        answer.header("location").map_or_else(String::new, |to| format!(", leading to {}", asked.quoted(to, 200)));
    let came = format!(
        "{what}: a web page came instead of the API's answer (HTTP {code}{to}), as from a proxy or a log-in portal. \
         Whether the API saw the request is not known."
    );
    let next = match code {
        401 if answer.declares_html() => {
            " It is no verdict on the token; as the API may count it, it uses up the hour's budget of 401 answers. \
             Log in where the page leads, or have the API's host let through."
        }
        500.. => "",
        _ => " Log in where the page leads, or have the API's host let through.",
    };
    let again = if asked.is_get() && code < 500 { "Look at the body." } else { asked.again() };
    let status = if code >= 500 { Status::Server } else { Status::BadResponse };
    (status, format!("{came}{next} {again}"))
}

/// What nginx says in the place of whatever is behind it, when TLS brought no certificate or one that it does not accept.
fn about_client_certificate(answer: &Answer) -> Option<&'static str> {
    const SAID: [&str; 2] = ["No required SSL certificate was sent", "The SSL certificate error"];
    let body = String::from_utf8_lossy(answer.body());
    SAID.into_iter().find(|said| answer.http_status() == 400 && body.contains(said))
}
