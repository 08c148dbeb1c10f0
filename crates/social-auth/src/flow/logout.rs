//! Logout: our session ends. A `GET` shows a page with one button, so that no other site can do it.

use http::Method;

use super::{csrf, pages, where_to};
use crate::error::Result;

use crate::session::Session;
use crate::social_auth::SocialAuth;
use crate::web::{Reply, Request};

pub(crate) async fn logout(social: &SocialAuth, request: &Request, session: &mut dyn Session) -> Result<Reply> {
    if request.method != Method::POST {
        return ask_first(social, request);
    }
    csrf::require_own_page(social, request)?;
    session.sign_out().await?;
    let flow = social.flow_settings();
    let wanted = request.param(where_to::NEXT).and_then(|next| where_to::allowed(flow, social.public_url(), next));
    Ok(Reply::redirect(wanted.or(flow.login_url.as_deref()).unwrap_or("/")))
}

fn ask_first(social: &SocialAuth, request: &Request) -> Result<Reply> {
    let (token, cookie) = csrf::csrf_token(social, request)?;
    let mut fields = vec![(csrf::FIELD.to_owned(), token)];
    fields.extend(request.param(where_to::NEXT).map(|next| (where_to::NEXT.to_owned(), next.to_owned())));
    let mut reply = pages::sign_out_button(&format!("{}logout/", social.mount()), &fields)?;
    reply.cookies.extend(cookie);
    Ok(reply)
}
