//! Alerts and letters: looks around every few seconds, and gives letters to the mail server.

use std::collections::HashSet;
use std::time::Duration;

use contract::{Kind, UserError};
use lettre::message::header::ContentType;
use lettre::message::{Attachment, Mailbox, MultiPart, SinglePart};
use lettre::transport::smtp::AsyncSmtpTransport;
use lettre::{Address, AsyncTransport as _, Message, Tokio1Executor};
use services::alerts::{self, Ready};
use services::{ServiceError, Services};

use crate::http::set;

/// How often rules, schedules and letters are looked at.
const PAUSE: Duration = Duration::from_secs(5);
/// How long a mail server may take for one letter.
const PATIENCE: Duration = Duration::from_secs(60);
/// Answers of a mail server that has no such mailbox.
const NO_MAILBOX: [&str; 3] = ["550", "551", "553"];
/// Letters given away in one round.
const ROUND: usize = 50;

/// The mail server, and who letters are from.
pub struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    /// Begins links, without a slash at its end.
    public_url: Option<String>,
}

impl Mailer {
    /// A mailer, where an address of a mail server is given.
    pub fn new(
        url: Option<&str>,
        from: Option<&str>,
        public_url: Option<String>,
    ) -> Result<Option<Self>, UserError> {
        let Some(url) = url else { return Ok(None) };
        let refused =
            |place: &str, message: String| UserError::new(Kind::Invalid, "bad_mail", message).at(place);
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url).map_err(|_| {
            // The address may hold a password: it is not repeated.
            refused("--smtp-url", "The address of the mail server can't be read.".into())
                .remedy("Write smtp://NAME:PASSWORD@HOST:PORT.")
        })?;
        let from = from.unwrap_or("Throughline <throughline@localhost>");
        let from = from
            .parse()
            .map_err(|_| refused("--mail-from", format!("\u{201c}{from}\u{201d} is no address.")))?;
        let public_url = public_url.map(|url| url.trim_end_matches('/').to_owned());
        Ok(Some(Self { transport: transport.timeout(Some(PATIENCE)).build(), from, public_url }))
    }

    async fn send(&self, letter: &Ready) -> Result<(), Unsent> {
        let message = self.message(letter).await?;
        match self.transport.send(message).await {
            Ok(_) => Ok(()),
            Err(error) => {
                // Anything else that a server refuses, a wrong password say, may be put right.
                let refused = error.status().map(|code| code.to_string()).unwrap_or_default();
                Err(Unsent { why: why(&error), for_good: NO_MAILBOX.contains(&refused.as_str()) })
            }
        }
    }

    async fn message(&self, letter: &Ready) -> Result<Message, Unsent> {
        let for_good = |error: &dyn std::fmt::Display| Unsent { why: error.to_string(), for_good: true };
        let to: Address = letter.to.parse().map_err(|error: lettre::address::AddressError| for_good(&error))?;
        // A line break would begin another header.
        let plain = |text: &str| text.chars().filter(|letter| !letter.is_control()).collect::<String>();
        let builder = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(Some(plain(&letter.name)), to))
            .message_id(Some(format!("<{}@throughline>", letter.id)))
            .subject(format!("{}: {}", plain(&letter.company), plain(&letter.subject)));
        let words = SinglePart::plain(self.words(letter));
        let made = match &letter.report {
            None => builder.singlepart(words),
            Some((name, document)) => {
                let bytes = set(document.clone())
                    .await
                    .map_err(|error| Unsent { why: error.message, for_good: false })?;
                let pdf = ContentType::parse("application/pdf").map_err(|error| for_good(&error))?;
                let attached = Attachment::new(format!("{name}.pdf")).body(bytes, pdf);
                builder.multipart(MultiPart::mixed().singlepart(words).singlepart(attached))
            }
        };
        made.map_err(|error| for_good(&error))
    }

    /// What the letter says: paths become links, where it is known what they begin with.
    fn words(&self, letter: &Ready) -> String {
        let lines = letter.words.lines().map(|line| match &self.public_url {
            Some(url) if line.starts_with('/') => format!("{url}{line}"),
            None if line.starts_with('/') => format!("See {line} in Throughline."),
            _ => line.to_owned(),
        });
        let body: Vec<String> = lines.collect();
        let home = self.public_url.as_deref().map(|url| format!("{url}/alerts")).unwrap_or_default();
        format!(
            "{}\n\n-- \nThroughline of {}. What you are told is chosen on the page Alerts. {home}\n",
            body.join("\n"),
            letter.company
        )
    }
}

/// Why a letter was not sent.
struct Unsent {
    why: String,
    /// Whether trying again is of no use.
    for_good: bool,
}

/// An error with what lies behind it, in one line.
fn why(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

/// Works until the process ends. What fails is logged, and tried again. A mail server that takes its time holds up no
/// alert.
pub async fn run(services: Services, mailer: Option<Mailer>) {
    let looking = async {
        loop {
            tokio::time::sleep(PAUSE).await;
            if let Err(error) = alerts::tick(&services).await {
                tracing::warn!(error = %error.into_user(), "looking for alerts failed");
            }
        }
    };
    let sending = async {
        let Some(mailer) = &mailer else { return };
        let mut given = HashSet::new();
        loop {
            tokio::time::sleep(PAUSE).await;
            if let Err(error) = deliver(&services, mailer, &mut given).await {
                tracing::warn!(error = %error.into_user(), "letters could not be given away");
            }
        }
    };
    let ((), ()) = tokio::join!(looking, sending);
}

/// Gives away the letters that are due. Where the mail server can't be reached, the rest waits for the next round.
/// `given` are those that the mail server took and the database does not know of yet, on a full disk say: they are not
/// given away again.
async fn deliver(
    services: &Services,
    mailer: &Mailer,
    given: &mut HashSet<String>,
) -> Result<(), ServiceError> {
    for _ in 0..ROUND {
        let Some(letter) = alerts::next_letter(services).await? else { break };
        let sent = if given.contains(&letter.id) { Ok(()) } else { mailer.send(&letter).await };
        match sent {
            Ok(()) => {
                given.insert(letter.id.clone());
                alerts::sent(services, &letter).await?;
                given.remove(&letter.id);
            }
            Err(Unsent { why, for_good }) => {
                tracing::warn!(letter = letter.id, why, "a letter could not be sent");
                alerts::failed(services, &letter, &why, for_good).await?;
                if !for_good {
                    break;
                }
            }
        }
    }
    Ok(())
}
