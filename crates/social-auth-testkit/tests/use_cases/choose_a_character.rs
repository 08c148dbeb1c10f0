//! Choose a user name from a game's characters: a step asks the game's API with the token that just came, and
//! pauses with a page on which the person chooses.

use social_auth::form::{Field, Form};
use social_auth::pipeline::{Context, Outcome, Pipeline, StepFuture};
use social_auth::web::ReplyBody;

use crate::{Door, set_up_with, user};

/// A game would have an address for these; here the profile itself has them.
fn characters(context: &Context) -> Vec<String> {
    let name = context.details.first_name.clone().unwrap_or_default();
    ["Mage", "Rogue"].iter().map(|class| format!("{name}The{class}")).collect()
}

fn choose_character(context: &mut Context) -> StepFuture<'_> {
    Box::pin(async move {
        if context.user.is_some() {
            return Ok(Outcome::Continue);
        }
        let characters = characters(context);
        match context.answer("character").filter(|chosen| characters.iter().any(|known| known == chosen)).map(str::to_owned) {
            Some(chosen) => {
                context.username = Some(chosen);
                Ok(Outcome::Continue)
            }
            None => {
                let field = Field::text("character", "Character").hint(characters.join(", "));
                context.ask(Form::new("Who are you in the game?").field(field))
            }
        }
    })
}

#[tokio::test]
async fn a_new_player_is_known_by_a_character_of_the_game() {
    let (idp, social) = set_up_with(Pipeline::authentication().after("get_username", "choose_character", choose_character).unwrap()).await;
    let mut door = Door::default();
    let page = door.sign_in(&idp, &social, "dev-oidc", "alice").await;
    let ReplyBody::Html { html, .. } = &page.body else { panic!("{page:?}") };
    assert!(html.contains("AliceTheMage, AliceTheRogue"), "{html}");
    assert!(door.session.user.is_none(), "nobody is signed in while the run waits");

    let page = door.post(&social, "/complete/dev-oidc/", "character=SomebodyElse").await;
    assert!(matches!(page.body, ReplyBody::Html { .. }), "asked again: {page:?}");
    door.post(&social, "/complete/dev-oidc/", "character=AliceTheRogue").await;
    assert_eq!(user(&social, &door).await.username, "AliceTheRogue");
    let again = Door::default().sign_in(&idp, &social, "dev-oidc", "alice").await;
    assert_eq!(again.location(), Some("/"), "asked once");
}
