//! `/account/second-factor`: a code of an authenticator app beside the password (TOTP, RFC 6238), on and off.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use qrcode::render::svg;
use qrcode::{EcLevel, QrCode};

use super::form::{Errors, Fields};
use super::sign_in::refusal;
use super::trouble::Trouble;
use super::visit::Visiting;
use super::{Frame, page};
use crate::rules::account::Email;
use crate::web::App;
use crate::web::hold::{in_time, tried};

#[derive(Template)]
#[template(path = "second_factor.html", config = "src/web/ui/askama.toml")]
struct Page {
    frame: Frame,
    errors: Errors,
    email: String,
    on: bool,
    secret: String,
    /// An SVG; empty if it could not be drawn, and then the secret is typed.
    picture: String,
}

impl Page {
    fn new(visiting: Visiting, secret: String, errors: Errors) -> Page {
        let account = visiting.visitor.account;
        let picture = picture(&account.email, &secret);
        Page {
            frame: visiting.frame,
            errors,
            on: account.second_factor,
            email: account.email.to_string(),
            secret,
            picture,
        }
    }

    /// The secret as people type it: in groups of four.
    fn grouped(&self) -> String {
        let letters: Vec<char> = self.secret.chars().collect();
        letters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
    }
}

/// What an authenticator reads (the Key Uri Format that Google's began with and all take), as a picture.
fn picture(email: &Email, secret: &str) -> String {
    let account: String = form_urlencoded::byte_serialize(email.as_str().as_bytes()).collect();
    let uri = format!("otpauth://totp/Nightbell:{account}?secret={secret}&issuer=Nightbell");
    let Ok(code) = QrCode::with_error_correction_level(uri, EcLevel::M) else { return String::new() };
    let drawn = code.render::<svg::Color<'_>>().min_dimensions(200, 200).build();
    // Within a page it is no document of its own.
    let drawn = drawn.split_once("?>").map_or(&*drawn, |(_, svg)| svg);
    drawn.replacen("<svg ", "<svg class=\"qr\" role=\"img\" aria-label=\"QR code with the secret below\" ", 1)
}

/// A new secret, or what turns it off.
pub(super) async fn ask(State(app): State<App>, visiting: Visiting) -> Response {
    // What is asked for to turn it on and off is a password.
    if !visiting.visitor.account.password {
        return app.site.to("/account");
    }
    page(StatusCode::OK, &Page::new(visiting, app.acts().new_totp_secret(), Errors::default()))
}

/// On: with the password, and a code that shows that the app has the secret.
pub(super) async fn on(
    State(app): State<App>,
    visiting: Visiting,
    fields: Fields,
) -> Result<Response, Trouble> {
    if visiting.visitor.account.second_factor {
        return Ok(app.site.to("/account/second-factor"));
    }
    let secret = fields.get("secret").to_owned();
    // The form brings back the secret that it showed; another did not come from it.
    if !app.acts().is_totp_secret(&secret) {
        return Ok(app.site.to("/account/second-factor"));
    }
    if let Err(refused) = check(&app, &visiting, &fields).await? {
        return Ok(refused.page(visiting, secret));
    }
    let code = fields.get("code");
    match tried(app.acts().second_factor_on(visiting.by(), &visiting.visitor, secret.clone(), code)).await? {
        Ok(()) => Ok(app.site.to("/account?done=on")),
        Err(error) => {
            let words = "This is not the code that the app shows now. Is its clock right?";
            let (status, errors, wait) = refusal(&app, error, "code", words)?;
            Ok(wait.on(page(status, &Page::new(visiting, secret, errors))))
        }
    }
}

/// Off: with the password.
pub(super) async fn off(
    State(app): State<App>,
    visiting: Visiting,
    fields: Fields,
) -> Result<Response, Trouble> {
    if let Err(refused) = check(&app, &visiting, &fields).await? {
        return Ok(refused.page(visiting, String::new()));
    }
    in_time(app.acts().second_factor_off(visiting.by(), &visiting.visitor)).await?;
    Ok(app.site.to("/account?done=off"))
}

/// Why a password was not taken.
struct Refused(StatusCode, Errors, super::sign_in::Wait);

impl Refused {
    fn page(self, visiting: Visiting, secret: String) -> Response {
        let Refused(status, errors, wait) = self;
        wait.on(page(status, &Page::new(visiting, secret, errors)))
    }
}

async fn check(app: &App, visiting: &Visiting, fields: &Fields) -> Result<Result<(), Refused>, Trouble> {
    match tried(app.acts().check_own(&visiting.visitor, fields.get("password"), &visiting.origin)).await? {
        Ok(()) => Ok(Ok(())),
        Err(error) => {
            let (status, errors, wait) = refusal(app, error, "password", "This is not your password.")?;
            Ok(Err(Refused(status, errors, wait)))
        }
    }
}
