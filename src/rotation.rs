//! A new token for the user of the old one: POST /api-tokens.

use zeroize::Zeroizing;

use crate::answer::Answer;
use crate::call::Call;
use crate::client::Client;
use crate::credentials::Credentials;
use crate::error::{Error, Result, Sent};
use crate::identity;
use crate::json::Found;
use crate::status::Status;
use crate::token::Token;

const PERHAPS: &str = "A new token may exist all the same: look at the user's API tokens in ThousandEyes, and revoke the \
                       one that nobody has. The client goes on with the old one.";

impl Client {
    /// Makes a new token, hands it over with the time until which it is valid, and goes on with it. The old one is
    /// valid for at most 14 days more. `keep` is called before anything else can fail; it must not make calls.
    ///
    /// Sends one request at most: whatever becomes of it, it is not sent again.
    pub fn rotate_token(&self, keep: impl FnOnce(&str, Option<&str>)) -> Result<Answer> {
        let call = Call::new("POST", "/api-tokens")?;
        let answer = self.carry_out(&call, &self.watch(&call), false).map_err(perhaps)?;
        let Some(token) = answer.find("/bearerToken").and_then(Found::string).filter(|token| !token.contains('\0'))
        else {
            let text = format!("The API's answer to POST /api-tokens has no bearerToken. {PERHAPS}");
            return Err(Error::new(Status::BadResponse, text).answer(answer));
        };
        let token = Zeroizing::new(token.into_owned());
        let valid_until = answer.find("/validUntil").and_then(Found::string);
        crate::watch::calling_back(|| keep(&token, valid_until.as_deref()));
        drop(valid_until);
        self.0.transport.close_idle();
        self.go_on_with(&token).map_err(|error| {
            let text = format!(
                "The API made a new token, which was handed over, but the client goes on with the old one: {}",
                error.message()
            );
            Error::new(Status::BadResponse, text).answer(answer.clone())
        })?;
        Ok(answer)
    }

    fn go_on_with(&self, token: &str) -> Result<()> {
        let token = Token::find(Some(token.as_bytes()))?;
        let guard = self.0.credentials.get().guard().of(identity::fingerprint(self.origin(), &token));
        self.0.credentials.replace(Credentials::new(token, guard)?);
        Ok(())
    }
}

/// Whatever is no clear no of the API may have been carried out.
fn perhaps(error: Error) -> Error {
    let refused = error.response().is_some_and(|answer| (300..500).contains(&answer.http_status()));
    if error.was_sent() == Sent::No || refused {
        return error;
    }
    error.with_message(|message| format!("{message} {PERHAPS}"))
}
