//! Many browsers that sign in at once.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use http::header::{COOKIE, LOCATION, SET_COOKIE};
use social_auth_testkit::{Browser, DevProvider};
use tokio::task::JoinSet;

use crate::Failure;

/// What is asked of a program.
#[derive(Clone, Copy)]
pub(crate) struct Journey {
    /// The name of the backend in the addresses.
    pub(crate) backend: &'static str,
    /// Whether each sign-in is somebody else's first.
    pub(crate) strangers: bool,
}

/// How long each request took.
#[derive(Default)]
pub(crate) struct Times {
    pub(crate) begin: Vec<Duration>,
    pub(crate) complete: Vec<Duration>,
    pub(crate) elapsed: Duration,
}

/// A browser without JavaScript: it keeps cookies for one sign-in.
struct Visitor {
    http: reqwest::Client,
    base: String,
    at_provider: Browser,
}

/// Begins so many sign-ins, and goes no further.
pub(crate) async fn begin(
    address: SocketAddr,
    idp: &DevProvider,
    journey: Journey,
    count: usize,
    visitors: usize,
) -> Result<Times, Failure> {
    all(address, idp, count, visitors, move |visitor, _| async move {
        let begun = Instant::now();
        visitor.begin(journey.backend).await?;
        Ok((begun.elapsed(), None))
    })
    .await
}

/// Signs in so many times, from begin to the page afterwards.
pub(crate) async fn sign_in(
    address: SocketAddr,
    idp: &DevProvider,
    journey: Journey,
    count: usize,
    visitors: usize,
) -> Result<Times, Failure> {
    all(address, idp, count, visitors, move |visitor, (number, turn)| async move {
        let person = if journey.strangers { format!("stranger-{number}-{turn}") } else { format!("regular-{number}") };
        visitor.sign_in(journey.backend, &person).await
    })
    .await
}

/// Lets visitors do the same again and again, `count` times in all.
async fn all<F, Fut>(address: SocketAddr, idp: &DevProvider, count: usize, visitors: usize, visit: F) -> Result<Times, Failure>
where
    F: Fn(Arc<Visitor>, (usize, usize)) -> Fut + Clone + Send + 'static,
    Fut: Future<Output = Result<(Duration, Option<Duration>), Failure>> + Send + 'static,
{
    let mut running = JoinSet::new();
    let started = Instant::now();
    for number in 0..visitors {
        let visitor = Arc::new(Visitor {
            http: reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build()?,
            base: format!("http://{address}"),
            at_provider: idp.browser()?,
        });
        let (visit, turns) = (visit.clone(), count / visitors);
        running.spawn(async move {
            let mut times = Vec::with_capacity(turns);
            for turn in 0..turns {
                times.push(visit(visitor.clone(), (number, turn)).await?);
            }
            Ok::<_, Failure>(times)
        });
    }
    let mut times = Times::default();
    while let Some(ended) = running.join_next().await {
        for (begin, complete) in ended?? {
            times.begin.push(begin);
            times.complete.extend(complete);
        }
    }
    times.elapsed = started.elapsed();
    Ok(times)
}

impl Visitor {
    /// Presses the button; answers where the browser is sent, and its cookies.
    async fn begin(&self, backend: &str) -> Result<(String, String), Failure> {
        let request = self.http.get(format!("{}/login/{backend}/", self.base)).header("sec-fetch-site", "same-origin");
        self.redirect(request).await
    }

    async fn sign_in(&self, backend: &str, person: &str) -> Result<(Duration, Option<Duration>), Failure> {
        let begun = Instant::now();
        let (away, cookies) = self.begin(backend).await?;
        let begin = begun.elapsed();
        let callback = self.at_provider.approve(&away, person).await?;
        let completed = Instant::now();
        let request = self.http.get(callback.url).header("sec-fetch-site", "cross-site").header(COOKIE, cookies);
        let (location, cookies) = self.redirect(request).await?;
        if !location.ends_with("/account/") || !cookies.contains("session") {
            return Err(format!("the sign-in ended at {location}").into());
        }
        Ok((begin, Some(completed.elapsed())))
    }

    async fn redirect(&self, request: reqwest::RequestBuilder) -> Result<(String, String), Failure> {
        let answer = request.header("accept", "text/html").send().await?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        let body = answer.text().await?;
        let location = headers.get(LOCATION).ok_or_else(|| format!("{status}: {body}"))?.to_str()?.to_owned();
        let cookies = headers.get_all(SET_COOKIE).iter().filter_map(|cookie| cookie.to_str().ok()?.split(';').next());
        Ok((location, cookies.collect::<Vec<_>>().join("; ")))
    }
}
