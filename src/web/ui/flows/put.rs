//! `/flows/put`: a text comes into force; `/flows/{name}/restore`: a former one does again. What stands against it is told
//! beside the text; where somebody else was faster, with what his version changed.

use axum::extract::State;
use axum::response::Response;

use super::check::page_of as check_page;
use super::{Edited, Which, compare, encoded, must_manage, page_of};
use crate::act::{FlowError, Putting};
use crate::web::App;
use crate::web::hold::{in_time, tried};
use crate::web::ui::asked::Path;
use crate::web::ui::form::{Errors, Fields};
use crate::web::ui::trouble::Trouble;
use crate::web::ui::visit::Visiting;

/// The longest reason that is kept.
const LONGEST_WHY: usize = 500;

/// Puts a text in force.
pub(super) async fn put(
    State(app): State<App>,
    visiting: Visiting,
    fields: Fields,
) -> Result<Response, Trouble> {
    must_manage(&visiting)?;
    let edited = Edited::of(&app, &visiting, &fields);
    let why = edited.why.trim();
    if why.chars().count() > LONGEST_WHY {
        let errors = Errors::one("why", "That is too long. Say it in a few words.");
        return check_page(&visiting, edited, errors, Vec::new()).await;
    }
    let putting = Putting {
        from: edited.from(),
        text: edited.text.clone(),
        why: Some(why.to_owned()).filter(|why| !why.is_empty()),
    };
    match tried(app.acts().put_flow(visiting.by(), visiting.principal(), putting)).await? {
        Ok(name) => Ok(app.site.to(&format!("/flows/{}", encoded(&name)))),
        // They are told with the text, as by the button that only checks it.
        Err(FlowError::Wrong(_)) => check_page(&visiting, edited, Errors::default(), Vec::new()).await,
        Err(FlowError::Moved) => moved(&app, &visiting, edited).await,
        Err(error) => check_page(&visiting, edited, told(error)?, Vec::new()).await,
    }
}

/// Somebody was faster: what his text would change of what is in force now. Having seen that, he may put it above it.
async fn moved(app: &App, visiting: &Visiting, edited: Edited) -> Result<Response, Trouble> {
    let found = in_time(async {
        let Some(known) = app.acts().flow_in_force(&edited.name).await? else { return Ok(None) };
        let text = app.acts().flow_text(&edited.name, known.revision).await?;
        Ok(text.map(|text| (known.revision, text)))
    });
    let Some((revision, text)) = found.await? else { return Err(Trouble::NotFound) };
    let differs = compare::lines((&format!("version {revision}"), &text), ("yours", &edited.text));
    let edited = Edited { revision: revision.to_string(), ..edited };
    check_page(visiting, edited, Errors::one("form", FlowError::Moved), differs).await
}

/// Why a text did not come into force, told beside it; a trouble if it is none of his making.
fn told(error: FlowError) -> Result<Errors, Trouble> {
    match error {
        FlowError::Act(crate::act::ActError::NoSuch(_)) => Err(Trouble::NotFound),
        FlowError::Act(error) => Err(error.into()),
        FlowError::Wrong(problems) => {
            let first = problems.first().map(|problem| format!("Line {}: {}", problem.line, problem.what));
            Ok(Errors::one("form", format!("It has mistakes by now. {}.", first.unwrap_or_default())))
        }
        other => Ok(Errors::one("form", other)),
    }
}

/// Puts a former version in force again.
pub(super) async fn restore(
    State(app): State<App>,
    Path(name): Path<String>,
    visiting: Visiting,
    fields: Fields,
) -> Result<Response, Trouble> {
    must_manage(&visiting)?;
    let number = |field: &str| fields.get(field).parse().map_err(|_| Trouble::NotFound);
    let (former, seen) = (number("version")?, number("in_force")?);
    match tried(app.acts().restore_flow(visiting.by(), visiting.principal(), &name, (former, seen))).await? {
        Ok(()) => Ok(app.site.to(&format!("/flows/{}", encoded(&name)))),
        Err(error) => {
            let which = Which { version: Some(former), before: None };
            page_of(&app, &visiting, name, which, told(error)?).await
        }
    }
}
