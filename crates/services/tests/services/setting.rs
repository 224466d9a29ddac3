//! A fresh data folder and database for each test, with a fixed clock.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use contract::people::Role;
use contract::sources::ImportView;
use events::csv::Mapping;
use migrations::Migrator;
use sea_orm_migration::MigratorTrait as _;
use sea_orm_migration::sea_orm::ConnectionTrait as _;
use services::people::{NewUser, add_user, sign_in_demo};
use services::sources::{NewImport, import_now};
use services::{Actor, Clock, ServiceError, Services};
use tempfile::TempDir;

/// 2026-06-01 00:00 UTC.
pub const NOW: i64 = 1_780_272_000;

pub struct Setting {
    pub services: Services,
    pub folder: Arc<TempDir>,
    url: Option<String>,
    now: i64,
}

static NUMBER: AtomicU32 = AtomicU32::new(0);

/// A database of its own: a file, or a PostgreSQL database with a new name.
async fn database(folder: &TempDir) -> Option<String> {
    let _ = folder;
    let server = std::env::var("THROUGHLINE_TEST_POSTGRES").ok()?;
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let name = format!("test_{}_{number}", std::process::id());
    let connections = db::connect(Some(&server), folder.path()).await.expect("PostgreSQL answers");
    connections.writer().execute_unprepared(&format!("CREATE DATABASE {name}")).await.expect("a database");
    let (base, _) = server.rsplit_once('/')?;
    Some(format!("{base}/{name}"))
}

pub async fn setting() -> Setting {
    setting_at(NOW).await
}

/// The same at another moment.
pub async fn setting_at(now: i64) -> Setting {
    let folder = Arc::new(tempfile::tempdir().expect("a folder"));
    let url = database(&folder).await;
    let services = open(&folder, url.as_deref(), now).await;
    Setting { services, folder, url, now }
}

async fn open(folder: &TempDir, url: Option<&str>, now: i64) -> Services {
    let connections = db::connect(url, folder.path()).await.expect("a database");
    Migrator::up(connections.writer(), None).await.expect("a schema");
    let db = connections.into_db(now).await.expect("a workspace");
    let store = events::Store::open(folder.path()).expect("a store");
    Services::new(db, store, Clock::of(move || now), true)
}

impl Setting {
    /// The same folder and database as another process finds them.
    pub async fn reopened(&self) -> Self {
        let services = open(&self.folder, self.url.as_deref(), self.now).await;
        Self { services, folder: self.folder.clone(), url: self.url.clone(), now: self.now }
    }

    /// The same, so many seconds later.
    pub async fn later(&self, seconds: i64) -> Self {
        let now = self.now + seconds;
        let services = open(&self.folder, self.url.as_deref(), now).await;
        Self { services, folder: self.folder.clone(), url: self.url.clone(), now }
    }

    pub fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).expect("written");
        path
    }

    pub async fn import(&self, source: &str, text: &str, mapping: &str) -> Result<ImportView, ServiceError> {
        let path = self.file("log.csv", text);
        let mapping = Mapping::parse(mapping).expect("a mapping");
        let new = NewImport { zone: Some(chrono_tz::Tz::UTC), ..NewImport::of(source, &path, mapping) };
        import_now(&self.services, &Actor::console(), new).await
    }

    /// Someone of a role, with a department by name.
    pub async fn actor(&self, role: Role, department: &str) -> Actor {
        let console = Actor::console();
        let department_id = match department {
            "" => String::new(),
            name => services::company::department_id(&self.services, name).await.expect("a department"),
        };
        let email = format!("{}-{}@test.example", role.key(), department.replace(' ', "-").to_lowercase());
        let new = NewUser {
            name: role.label(),
            email: &email,
            role: role.key(),
            department_id: &department_id,
            demo: true,
        };
        add_user(&self.services, &console, new).await.expect("added");
        let token = sign_in_demo(&self.services, &email).await.expect("signed in");
        services::people::actor_of(&self.services, &token).await.expect("known").expect("signed in")
    }
}

/// The code of a refusal.
pub fn code<T>(result: Result<T, ServiceError>) -> String {
    match result {
        Ok(_) => "ok".into(),
        Err(error) => error.into_user().code,
    }
}
