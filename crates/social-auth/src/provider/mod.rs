//! Every provider we know, one file each. This is the index.

mod amazon;
mod angel;
mod aol;
mod apple_id;
mod arcgis;
mod asana;
mod atlassian;
mod auth0;
mod auth0_openidconnect;
mod azuread_b2c_oauth2;
mod azuread_oauth2;
mod azuread_oauth2_v2;
mod azuread_tenant;
mod battlenet_oauth2;
mod belgiumeid;
mod bitbucket;
mod bitbucket_datacenter_oauth2;
mod bitbucket_oauth2;
mod box_com;
mod bungie;
mod cas;
mod cas_ticket;
mod casdoor;
mod chatwork;
mod cilogon_oauth2;
mod classlink;
mod clever;
mod coding;
mod cognito;
mod coinbase;
mod coursera;
mod dailymotion;
mod datagouv;
mod deezer;
mod description;
mod digitalocean;
mod discogs;
mod discord;
mod discourse;
mod disqus;
mod douban_oauth2;
mod dribbble;
mod drip;
mod dropbox;
mod dropbox_oauth2;
mod egi_checkin;
mod email;
mod etsy;
mod eventbrite;
mod eveonline;
mod evernote;
mod facebook;
mod facebook_app;
mod facebook_limited_login;
mod fedora;
mod fedora_oidc;
mod fence;
mod fitbit;
mod fitbit_oauth1;
mod five_hundred_px;
mod flat;
mod flickr;
mod foursquare;
mod generic;
mod gitea;
mod github;
mod github_app;
mod github_enterprise;
mod github_org;
mod github_team;
mod gitlab;
mod globus;
mod goclio;
mod goclioeu;
mod google;
mod google_oauth;
mod google_oauth2;
mod google_onetap;
mod google_openidconnect;
mod grafana;
mod helmholtz;
mod hubspot;
mod index;
mod instagram;
mod justgiving;
mod kakao;
mod keycloak;
mod khanacademy_oauth1;
mod kick;
mod lastfm;
mod launchpad;
mod line;
mod linkedin_mobile_oauth2;
mod linkedin_oauth2;
mod linkedin_openidconnect;
mod livejournal;
mod loginradius;
mod lyft;
mod mailchimp;
mod mailru;
mod mailru_oauth2;
mod mapmyfitness;
mod mediawiki;
mod meetup;
mod mendeley_oauth2;
mod microsoft_graph;
mod mineid;
mod mixcloud;
mod monzo;
mod musicbrainz;
mod nationbuilder;
mod naver;
mod nfdi;
mod odnoklassniki_app;
mod odnoklassniki_oauth2;
mod okta_oauth2;
mod okta_openidconnect;
mod openid;
mod openinfra;
mod openshift;
mod openstack;
mod openstackdev;
mod openstreetmap;
mod openstreetmap_oauth2;
mod opensuse;
mod orbi;
mod orcid;
mod osso;
mod patreon;
mod paypal_oauth2;
mod perun;
mod phabricator;
mod ping;
mod pinterest;
mod podio;
mod pushbullet;
mod qiita;
mod qq;
mod quizlet;
mod readability;
mod reddit;
mod retired;
mod salesforce_oauth2;
#[cfg(feature = "saml")]
mod saml;
mod scistarter;
mod seznam_oauth2;
mod shopify;
mod simplelogin;
mod sketchfab;
mod skyrock;
mod slack;
mod soundcloud;
mod spotify;
mod stackoverflow;
mod steam;
mod stocktwits;
mod strava;
mod stripe;
mod surveymonkey;
mod taobao;
mod telegram;
mod thisismyjam;
mod trello;
mod tripit;
mod tumblr;
mod twilio;
mod twitch;
mod twitter;
mod twitter_oauth2;
mod uber;
mod ubuntu;
mod uffd;
mod universe;
mod untappd;
mod upwork;
mod username;
mod vault;
mod vend;
mod vimeo;
mod vimeo_oauth2;
mod vk_app;
mod vk_id;
mod vk_oauth2;
mod vk_openapi;
mod weblate;
mod weibo;
mod weixin;
mod withings;
mod wlcg;
mod xing;
mod yahoo;
mod yahoo_oauth;
mod yahoo_oauth2;
mod yammer;
mod yandex_oauth2;
mod yandex_openid;
mod zoom_oauth2;
mod zotero;

pub use description::Provider;
pub use index::Providers;
pub use retired::{RETIRED, Retired};

/// All providers. `social-auth backends` lists them.
pub static ALL: &[Provider] = &[
    Provider::OAuth2(&cas::CAS),
    Provider::OAuth2(&casdoor::CASDOOR),
    Provider::Cas(&cas_ticket::CAS_TICKET),
    Provider::OAuth2(&nfdi::CAT),
    Provider::OAuth2(&perun::CESID),
    Provider::OAuth2(&nfdi::CHEM),
    Provider::OAuth2(&nfdi::CULTURE),
    Provider::OAuth2(&nfdi::DAPHNE),
    Provider::OAuth2(&nfdi::DATASCIENCE),
    Provider::Signed(&discourse::DISCOURSE),
    Provider::OAuth2(&nfdi::EDUID),
    Provider::OAuth2(&nfdi::EDUID_STAGING),
    Provider::OAuth2(&egi_checkin::EGI_CHECKIN),
    Provider::OAuth2(&perun::ELIXIR),
    Provider::OAuth2(&nfdi::ENERGY),
    Provider::OAuth2(&perun::E_INFRA_CZ),
    Provider::Signed(&facebook_app::FACEBOOK_APP),
    Provider::OAuth2(&facebook_limited_login::FACEBOOK_LIMITED_LOGIN),
    Provider::OAuth2(&nfdi::FAIRMAT),
    Provider::OAuth2(&fedora_oidc::FEDORA_OIDC),
    Provider::OAuth2(&fence::FENCE),
    Provider::OAuth1(&five_hundred_px::FIVE_HUNDRED_PX),
    Provider::OAuth2(&amazon::AMAZON),
    Provider::OAuth2(&angel::ANGEL),
    Provider::OpenId(&aol::AOL),
    Provider::OAuth2(&apple_id::APPLE_ID),
    Provider::OAuth2(&arcgis::ARCGIS),
    Provider::OAuth2(&asana::ASANA),
    Provider::OAuth2(&atlassian::ATLASSIAN),
    Provider::OAuth2(&auth0::AUTH0),
    Provider::OAuth2(&auth0_openidconnect::AUTH0_OPENIDCONNECT),
    Provider::OAuth2(&azuread_b2c_oauth2::AZUREAD_B2C_OAUTH2),
    Provider::OAuth2(&azuread_oauth2::AZUREAD_OAUTH2),
    Provider::OAuth2(&azuread_oauth2_v2::AZUREAD_OAUTH2_V2),
    Provider::OAuth2(&azuread_tenant::AZUREAD_TENANT_OAUTH2),
    Provider::OAuth2(&azuread_tenant::AZUREAD_V2_TENANT_OAUTH2),
    Provider::OAuth2(&battlenet_oauth2::BATTLENET_OAUTH2),
    Provider::OpenId(&belgiumeid::BELGIUMEID),
    Provider::OAuth1(&bitbucket::BITBUCKET),
    Provider::OAuth2(&bitbucket_datacenter_oauth2::BITBUCKET_DATACENTER_OAUTH2),
    Provider::OAuth2(&bitbucket_oauth2::BITBUCKET_OAUTH2),
    Provider::OAuth2(&box_com::BOX_COM),
    Provider::OAuth2(&bungie::BUNGIE),
    Provider::OAuth2(&chatwork::CHATWORK),
    Provider::OAuth2(&cilogon_oauth2::CILOGON_OAUTH2),
    Provider::OAuth2(&classlink::CLASSLINK),
    Provider::OAuth2(&clever::CLEVER),
    Provider::OAuth2(&coding::CODING),
    Provider::OAuth2(&cognito::COGNITO),
    Provider::OAuth2(&coinbase::COINBASE),
    Provider::OAuth2(&coursera::COURSERA),
    Provider::OAuth2(&dailymotion::DAILYMOTION),
    Provider::OAuth2(&datagouv::DATAGOUV),
    Provider::OAuth2(&deezer::DEEZER),
    Provider::OAuth2(&digitalocean::DIGITALOCEAN),
    Provider::OAuth1(&discogs::DISCOGS),
    Provider::OAuth2(&discord::DISCORD),
    Provider::OAuth2(&disqus::DISQUS),
    Provider::OAuth2(&douban_oauth2::DOUBAN_OAUTH2),
    Provider::OAuth2(&dribbble::DRIBBBLE),
    Provider::OAuth2(&drip::DRIP),
    Provider::OAuth1(&dropbox::DROPBOX),
    Provider::OAuth2(&dropbox_oauth2::DROPBOX_OAUTH2),
    Provider::Form(&email::EMAIL),
    Provider::OAuth2(&etsy::ETSY),
    Provider::OAuth2(&eventbrite::EVENTBRITE),
    Provider::OAuth2(&eveonline::EVEONLINE),
    Provider::OAuth1(&evernote::EVERNOTE),
    Provider::OAuth2(&facebook::FACEBOOK),
    Provider::OpenId(&fedora::FEDORA),
    Provider::OAuth2(&fitbit::FITBIT),
    Provider::OAuth1(&fitbit_oauth1::FITBIT_OAUTH1),
    Provider::OAuth2(&flat::FLAT),
    Provider::OAuth1(&flickr::FLICKR),
    Provider::OAuth2(&foursquare::FOURSQUARE),
    Provider::OAuth2(&gitea::GITEA),
    Provider::OAuth2(&github::GITHUB),
    Provider::OAuth2(&github_app::GITHUB_APP),
    Provider::OAuth2(&github_enterprise::GITHUB_ENTERPRISE),
    Provider::OAuth2(&github_enterprise::GITHUB_ENTERPRISE_ORG),
    Provider::OAuth2(&github_enterprise::GITHUB_ENTERPRISE_TEAM),
    Provider::OAuth2(&github_org::GITHUB_ORG),
    Provider::OAuth2(&github_team::GITHUB_TEAM),
    Provider::OAuth2(&gitlab::GITLAB),
    Provider::OAuth2(&globus::GLOBUS),
    Provider::OAuth2(&goclio::GOCLIO),
    Provider::OAuth2(&goclioeu::GOCLIOEU),
    Provider::OpenId(&google::GOOGLE),
    Provider::OAuth1(&google_oauth::GOOGLE_OAUTH),
    Provider::OAuth2(&google_oauth2::GOOGLE_OAUTH2),
    Provider::Signed(&google_onetap::GOOGLE_ONETAP),
    Provider::OAuth2(&google_openidconnect::GOOGLE_OPENIDCONNECT),
    Provider::OAuth2(&grafana::GRAFANA),
    Provider::OAuth2(&helmholtz::HELMHOLTZ),
    Provider::OAuth2(&hubspot::HUBSPOT),
    Provider::OAuth2(&nfdi::IMMUNO),
    Provider::OAuth2(&nfdi::INFRAPROXY),
    Provider::OAuth2(&nfdi::INFRAPROXY_STAGING),
    Provider::OAuth2(&nfdi::ING),
    Provider::OAuth2(&instagram::INSTAGRAM),
    Provider::OAuth2(&justgiving::JUSTGIVING),
    Provider::OAuth2(&kakao::KAKAO),
    Provider::OAuth2(&keycloak::KEYCLOAK),
    Provider::OAuth1(&khanacademy_oauth1::KHANACADEMY_OAUTH1),
    Provider::OAuth2(&kick::KICK),
    Provider::Signed(&lastfm::LASTFM),
    Provider::OpenId(&launchpad::LAUNCHPAD),
    Provider::OAuth2(&perun::LIFE_SCIENCE),
    Provider::OAuth2(&perun::LIFE_SCIENCE_EOSC),
    Provider::OAuth2(&line::LINE),
    Provider::OAuth2(&linkedin_mobile_oauth2::LINKEDIN_MOBILE_OAUTH2),
    Provider::OAuth2(&linkedin_oauth2::LINKEDIN_OAUTH2),
    Provider::OAuth2(&linkedin_openidconnect::LINKEDIN_OPENIDCONNECT),
    Provider::OpenId(&livejournal::LIVEJOURNAL),
    Provider::Signed(&loginradius::LOGINRADIUS),
    Provider::OAuth2(&lyft::LYFT),
    Provider::OAuth2(&mailchimp::MAILCHIMP),
    Provider::OAuth2(&mailru::MAILRU),
    Provider::OAuth2(&mailru_oauth2::MAILRU_OAUTH2),
    Provider::OAuth2(&mapmyfitness::MAPMYFITNESS),
    Provider::OAuth2(&nfdi::MARDI),
    Provider::OAuth2(&nfdi::MATWERK),
    Provider::OAuth1(&mediawiki::MEDIAWIKI),
    Provider::OAuth2(&meetup::MEETUP),
    Provider::OAuth2(&mendeley_oauth2::MENDELEY_OAUTH2),
    Provider::OAuth2(&microsoft_graph::MICROSOFT_GRAPH),
    Provider::OAuth2(&mineid::MINEID),
    Provider::OAuth2(&mixcloud::MIXCLOUD),
    Provider::OAuth2(&monzo::MONZO),
    Provider::OAuth2(&musicbrainz::MUSICBRAINZ),
    Provider::OAuth2(&nationbuilder::NATIONBUILDER),
    Provider::OAuth2(&naver::NAVER),
    Provider::OAuth1(&generic::OAUTH1),
    Provider::OAuth2(&generic::OAUTH2),
    Provider::OAuth2(&nfdi::OBJECTS),
    Provider::Signed(&odnoklassniki_app::ODNOKLASSNIKI_APP),
    Provider::OAuth2(&odnoklassniki_oauth2::ODNOKLASSNIKI_OAUTH2),
    Provider::OAuth2(&generic::OIDC),
    Provider::OAuth2(&okta_oauth2::OKTA_OAUTH2),
    Provider::OAuth2(&okta_openidconnect::OKTA_OPENIDCONNECT),
    Provider::OpenId(&openid::OPENID),
    Provider::OpenId(&openinfra::OPENINFRA),
    Provider::OAuth2(&openshift::OPENSHIFT),
    Provider::OpenId(&openstack::OPENSTACK),
    Provider::OpenId(&openstackdev::OPENSTACKDEV),
    Provider::OAuth1(&openstreetmap::OPENSTREETMAP),
    Provider::OAuth2(&openstreetmap_oauth2::OPENSTREETMAP_OAUTH2),
    Provider::OpenId(&opensuse::OPENSUSE),
    Provider::OAuth2(&orbi::ORBI),
    Provider::OAuth2(&orcid::ORCID),
    Provider::OAuth2(&orcid::ORCID_MEMBER),
    Provider::OAuth2(&orcid::ORCID_MEMBER_SANDBOX),
    Provider::OAuth2(&orcid::ORCID_SANDBOX),
    Provider::OAuth2(&osso::OSSO),
    Provider::OAuth2(&patreon::PATREON),
    Provider::OAuth2(&paypal_oauth2::PAYPAL_OAUTH2),
    Provider::OAuth2(&paypal_oauth2::PAYPAL_OAUTH2_SANDBOX),
    Provider::OAuth2(&phabricator::PHABRICATOR),
    Provider::OAuth2(&ping::PING),
    Provider::OAuth2(&pinterest::PINTEREST),
    Provider::OAuth2(&podio::PODIO),
    Provider::OAuth2(&nfdi::PUNCH),
    Provider::OAuth2(&pushbullet::PUSHBULLET),
    Provider::OAuth2(&qiita::QIITA),
    Provider::OAuth2(&qq::QQ),
    Provider::OAuth2(&quizlet::QUIZLET),
    Provider::OAuth1(&readability::READABILITY),
    Provider::OAuth2(&reddit::REDDIT),
    Provider::OAuth2(&salesforce_oauth2::SALESFORCE_OAUTH2),
    Provider::OAuth2(&salesforce_oauth2::SALESFORCE_OAUTH2_SANDBOX),
    #[cfg(feature = "saml")]
    Provider::Saml(&saml::SAML),
    Provider::OAuth2(&scistarter::SCISTARTER),
    Provider::OAuth2(&seznam_oauth2::SEZNAM_OAUTH2),
    Provider::OAuth2(&shopify::SHOPIFY),
    Provider::Signed(&generic::SIGNED),
    Provider::OAuth2(&simplelogin::SIMPLELOGIN),
    Provider::OAuth2(&sketchfab::SKETCHFAB),
    Provider::OAuth1(&skyrock::SKYROCK),
    Provider::OAuth2(&slack::SLACK),
    Provider::OAuth2(&soundcloud::SOUNDCLOUD),
    Provider::OAuth2(&spotify::SPOTIFY),
    Provider::OAuth2(&stackoverflow::STACKOVERFLOW),
    Provider::OpenId(&steam::STEAM),
    Provider::OAuth2(&stocktwits::STOCKTWITS),
    Provider::OAuth2(&strava::STRAVA),
    Provider::OAuth2(&stripe::STRIPE),
    Provider::OAuth2(&surveymonkey::SURVEYMONKEY),
    Provider::OAuth2(&taobao::TAOBAO),
    Provider::Signed(&telegram::TELEGRAM),
    Provider::Signed(&telegram::TELEGRAM_MINI_APP),
    Provider::OAuth2(&nfdi::TEXTPLUS),
    Provider::OAuth1(&thisismyjam::THISISMYJAM),
    Provider::OAuth1(&trello::TRELLO),
    Provider::OAuth1(&tripit::TRIPIT),
    Provider::OAuth1(&tumblr::TUMBLR),
    Provider::Signed(&twilio::TWILIO),
    Provider::OAuth2(&twitch::TWITCH),
    Provider::OAuth2(&twitch::TWITCH_OPENIDCONNECT),
    Provider::OAuth1(&twitter::TWITTER),
    Provider::OAuth2(&twitter_oauth2::TWITTER_OAUTH2),
    Provider::OAuth2(&uber::UBER),
    Provider::OpenId(&ubuntu::UBUNTU),
    Provider::OAuth2(&uffd::UFFD),
    Provider::OAuth2(&universe::UNIVERSE),
    Provider::OAuth2(&untappd::UNTAPPD),
    Provider::OAuth1(&upwork::UPWORK),
    Provider::Form(&username::USERNAME),
    Provider::OAuth2(&vault::VAULT),
    Provider::OAuth2(&vend::VEND),
    Provider::OAuth1(&vimeo::VIMEO),
    Provider::OAuth2(&vimeo_oauth2::VIMEO_OAUTH2),
    Provider::Signed(&vk_app::VK_APP),
    Provider::OAuth2(&vk_id::VK_ID),
    Provider::Signed(&vk_app::VK_MINI_APP),
    Provider::OAuth2(&vk_oauth2::VK_OAUTH2),
    Provider::Signed(&vk_openapi::VK_OPENAPI),
    Provider::OAuth2(&weblate::WEBLATE),
    Provider::OAuth2(&weibo::WEIBO),
    Provider::OAuth2(&weixin::WEIXIN),
    Provider::OAuth2(&weixin::WEIXINAPP),
    Provider::OAuth1(&withings::WITHINGS),
    Provider::OAuth2(&wlcg::WLCG),
    Provider::OAuth2(&nfdi::XCS),
    Provider::OAuth1(&xing::XING),
    Provider::OpenId(&yahoo::YAHOO),
    Provider::OAuth1(&yahoo_oauth::YAHOO_OAUTH),
    Provider::OAuth2(&yahoo_oauth2::YAHOO_OAUTH2),
    Provider::OAuth2(&yammer::YAMMER),
    Provider::OAuth2(&yammer::YAMMER_STAGING),
    Provider::OAuth2(&yandex_oauth2::YANDEX_OAUTH2),
    Provider::OpenId(&yandex_openid::YANDEX_OPENID),
    Provider::OAuth2(&yandex_oauth2::YARU),
    Provider::OAuth2(&zoom_oauth2::ZOOM_OAUTH2),
    Provider::OAuth1(&zotero::ZOTERO),
    Provider::OpenId(&retired::ACTIONID_OPENID),
    Provider::OAuth2(&retired::APPSFUEL),
    Provider::OAuth2(&retired::APPSFUEL_SANDBOX),
    Provider::OAuth2(&retired::BEATS),
    Provider::OAuth2(&retired::BEHANCE),
    Provider::OAuth2(&retired::CHANGETIP),
    Provider::OAuth2(&retired::CLEF),
    Provider::OAuth2(&retired::DOCKER),
    Provider::OAuth1(&retired::DOUBAN),
    Provider::OAuth2(&retired::ECHOSIGN),
    Provider::OAuth2(&retired::EDMODO),
    Provider::OAuth1(&retired::EVERNOTE_SANDBOX),
    Provider::OAuth2(&retired::ITEMBASE),
    Provider::OAuth2(&retired::ITEMBASE_SANDBOX),
    Provider::OAuth2(&retired::JAWBONE),
    Provider::OAuth1(&retired::LINKEDIN),
    Provider::OAuth2(&retired::LIVE),
    Provider::OAuth1(&retired::MENDELEY),
    Provider::OAuth2(&retired::MOVES),
    Provider::OAuth2(&retired::PIXELPIN_OAUTH2),
    Provider::OAuth2(&retired::PIXELPIN_OPENIDCONNECT),
    Provider::OAuth2(&retired::PROFESSIONALI),
    Provider::OAuth1(&retired::RDIO_OAUTH1),
    Provider::OAuth2(&retired::RDIO_OAUTH2),
    Provider::OAuth2(&retired::RUNKEEPER),
    Provider::OAuth2(&retired::SHIMMERING),
    Provider::OAuth2(&retired::WUNDERLIST),
];

/// The provider of this name.
#[must_use]
pub fn find(name: &str) -> Option<Provider> {
    ALL.iter().copied().find(|provider| provider.name() == name)
}

/// The provider that Python Social Auth has under this dotted class path.
#[must_use]
pub fn find_by_class_path(path: &str) -> Option<Provider> {
    ALL.iter().copied().find(|provider| provider.class_paths().contains(&path))
}

/// What became of a service of this name or dotted class path, where its sign-in was closed. Of some there is no
/// provider any more.
#[must_use]
pub fn retired(name: &str) -> Option<&'static Retired> {
    RETIRED.iter().find(|retired| retired.name == name || retired.class_paths.contains(&name))
}
