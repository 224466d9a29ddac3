//! How views travel to the browser: in postcard's compact form, whose code there is a third of JSON's.
//!
//! Questions go as JSON or as forms, and errors come as JSON, so both can be written and read by hand. What is
//! sent is read strictly: a field that has no place is refused.

use std::any::Any;
use std::convert::Infallible;
use std::fmt::Debug;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use contract::{Kind, UserError};
use leptos::prelude::{Resource, codee};
use leptos::server_fn::codec::Post;
use leptos::server_fn::{ContentType, Decodes, Encodes, Format, FormatType};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};

use super::AppError;

/// Postcard, for the answers of server functions.
pub struct Wire;

/// What server functions that answer with a view name as their output.
pub type View = Post<Wire>;

impl ContentType for Wire {
    const CONTENT_TYPE: &'static str = "application/octet-stream";
}

impl FormatType for Wire {
    const FORMAT_TYPE: Format = Format::Binary;
}

impl<T: Serialize> Encodes<T> for Wire {
    type Error = postcard::Error;

    fn encode(value: &T) -> Result<bytes::Bytes, Self::Error> {
        postcard::to_stdvec(value).map(bytes::Bytes::from)
    }
}

impl<T: DeserializeOwned> Decodes<T> for Wire {
    type Error = postcard::Error;

    fn decode(bytes: bytes::Bytes) -> Result<T, Self::Error> {
        postcard::from_bytes(&bytes)
    }
}

/// Forms as browsers post them; a field that a form does not have is refused, not ignored.
pub struct Fields;

/// What server functions that change something name as their input.
pub type Form = Post<Fields>;

impl ContentType for Fields {
    const CONTENT_TYPE: &'static str = "application/x-www-form-urlencoded";
}

impl FormatType for Fields {
    const FORMAT_TYPE: Format = Format::Text;
}

impl<T: Serialize> Encodes<T> for Fields {
    type Error = serde_qs::Error;

    fn encode(value: &T) -> Result<bytes::Bytes, Self::Error> {
        serde_qs::to_string(value).map(bytes::Bytes::from)
    }
}

impl<T: DeserializeOwned> Decodes<T> for Fields {
    type Error = serde_qs::Error;

    fn decode(bytes: bytes::Bytes) -> Result<T, Self::Error> {
        let pairs = serde_qs::Config::new(5, false);
        pairs.deserialize_bytes::<Strict<T>>(&bytes).map(|Strict(value)| value)
    }
}

/// Questions in JSON, as strict as forms.
pub struct Json;

/// What server functions that answer with a view name as their input.
pub type Question = Post<Json>;

impl ContentType for Json {
    const CONTENT_TYPE: &'static str = "application/json";
}

impl FormatType for Json {
    const FORMAT_TYPE: Format = Format::Text;
}

impl<T: Serialize> Encodes<T> for Json {
    type Error = serde_json::Error;

    fn encode(value: &T) -> Result<bytes::Bytes, Self::Error> {
        serde_json::to_vec(value).map(bytes::Bytes::from)
    }
}

impl<T: DeserializeOwned> Decodes<T> for Json {
    type Error = serde_json::Error;

    fn decode(bytes: bytes::Bytes) -> Result<T, Self::Error> {
        serde_json::from_slice::<Strict<T>>(&bytes).map(|Strict(value)| value)
    }
}

/// Reads a value and refuses what it has no place for.
struct Strict<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Strict<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut unknown = None;
        let value = serde_ignored::deserialize(deserializer, |path| {
            unknown.get_or_insert_with(|| path.to_string());
        });
        match unknown {
            Some(field) => Err(serde::de::Error::custom(format!("unknown field `{field}`"))),
            None => value.map(Self),
        }
    }
}

/// What a page asked for, on its way: as it is where it was asked, or as the bytes that came with the page.
///
/// One type for all pages, so that the way from server to page is compiled once.
#[derive(Clone)]
pub enum Parcel {
    Here {
        value: Arc<dyn Any + Send + Sync>,
        #[cfg(feature = "ssr")]
        pack: fn(&(dyn Any + Send + Sync)) -> Vec<u8>,
    },
    Sent(Arc<[u8]>),
}

impl Parcel {
    /// Wraps an answer.
    pub fn new<T: Serialize + Send + Sync + 'static>(answer: Result<T, AppError>) -> Self {
        Self::Here {
            value: Arc::new(answer),
            #[cfg(feature = "ssr")]
            pack: |value| {
                let answer = value.downcast_ref::<Result<T, AppError>>();
                // Views are plain data: writing them to memory does not fail.
                answer.and_then(|answer| postcard::to_stdvec(answer).ok()).unwrap_or_default()
            },
        }
    }

    /// The answer. Bytes that can't be read come from a server of another version.
    pub fn open<T: Clone + DeserializeOwned + Send + Sync + 'static>(&self) -> Result<T, AppError> {
        match self {
            Self::Here { value, .. } => match value.downcast_ref::<Result<T, AppError>>() {
                Some(answer) => answer.clone(),
                None => Err(stale()),
            },
            Self::Sent(bytes) => postcard::from_bytes(bytes).unwrap_or_else(|_| Err(stale())),
        }
    }
}

fn stale() -> AppError {
    AppError(
        UserError::new(Kind::Internal, "stale_page", "This page and the server are of different versions.")
            .remedy("Load the page again."),
    )
}

/// How a parcel goes along with a page.
pub struct ByPost;

impl codee::Encoder<Parcel> for ByPost {
    type Error = Infallible;
    type Encoded = Vec<u8>;

    fn encode(parcel: &Parcel) -> Result<Vec<u8>, Infallible> {
        Ok(match parcel {
            #[cfg(feature = "ssr")]
            Parcel::Here { value, pack } => pack(value.as_ref()),
            #[cfg(not(feature = "ssr"))]
            Parcel::Here { .. } => Vec::new(),
            Parcel::Sent(bytes) => bytes.to_vec(),
        })
    }
}

impl codee::Decoder<Parcel> for ByPost {
    type Error = Infallible;
    type Encoded = [u8];

    fn decode(bytes: &[u8]) -> Result<Parcel, Infallible> {
        Ok(Parcel::Sent(bytes.into()))
    }
}

/// What a question depends on; it is asked again when its text changes.
#[derive(Clone)]
pub struct Key {
    text: String,
    value: Arc<dyn Any + Send + Sync>,
}

impl Key {
    /// Wraps a value that its debug text tells from others.
    pub fn new<S: Debug + Send + Sync + 'static>(value: S) -> Self {
        Self { text: format!("{value:?}"), value: Arc::new(value) }
    }

    /// The value, where it is of that type.
    pub fn get<S: Clone + 'static>(&self) -> Option<S> {
        self.value.downcast_ref::<S>().cloned()
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

/// A question on its way to its answer.
pub type Asking = Pin<Box<dyn Future<Output = Parcel> + Send>>;
/// What asks.
pub type Ask = Box<dyn Fn(Key) -> Asking + Send + Sync>;

/// Asks before the page is sent, and again whenever the key changes.
pub fn load(source: Box<dyn Fn() -> Key + Send + Sync>, ask: Ask) -> Resource<Parcel, ByPost> {
    Resource::new_with_options(source, ask, true)
}
