//! People who sign in, and what their role is.

use serde::{Deserialize, Serialize};

/// The five roles; what each may do is decided in services.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Admin,
    CxManager,
    DepartmentHead,
    Executive,
    FrontLine,
}

impl Role {
    /// All roles, in the order in which pages list them.
    pub const ALL: [Self; 5] =
        [Self::CxManager, Self::DepartmentHead, Self::Executive, Self::FrontLine, Self::Admin];

    /// Stable name in the database, in URLs and on the command line.
    pub fn key(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::CxManager => "cx_manager",
            Self::DepartmentHead => "department_head",
            Self::Executive => "executive",
            Self::FrontLine => "front_line",
        }
    }

    /// The role of that name.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.key() == key)
    }

    /// What people call it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Admin => "Administrator",
            Self::CxManager => "CX manager",
            Self::DepartmentHead => "Department head",
            Self::Executive => "Executive",
            Self::FrontLine => "Front line",
        }
    }

    /// One line that tells a newcomer what the role comes for.
    pub fn purpose(self) -> &'static str {
        match self {
            Self::Admin => "Users, settings and the state of imports. Sees no journeys.",
            Self::CxManager => "Logs, the inventory of touchpoints, and all journeys.",
            Self::DepartmentHead => "The touchpoints of one department, and the journeys that pass them.",
            Self::Executive => "The inventory, and later the summary of the company.",
            Self::FrontLine => "The inventory, and the journeys that pass their own department.",
        }
    }

    /// Whether the role is bound to one department.
    pub fn has_department(self) -> bool {
        matches!(self, Self::DepartmentHead | Self::FrontLine)
    }
}

/// Who is signed in, and what the navigation offers them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Me {
    pub name: String,
    pub email: String,
    pub role: Role,
    pub department: Option<String>,
    pub company: String,
    pub demo: bool,
    /// Step of the guided tour; 0 for none.
    #[serde(default)]
    pub tour: u8,
    /// Actions of the own departments that are overdue or due within a week.
    #[serde(default)]
    pub due: u64,
    /// Notices that are not read yet.
    #[serde(default)]
    pub unread: u64,
    pub may: May,
}

/// Rights that decide which controls a page shows; services check them again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct May {
    pub see_journeys: bool,
    pub see_drivers: bool,
    pub see_inventory: bool,
    pub edit_inventory: bool,
    pub edit_own_inventory: bool,
    /// Propose changes of what others own, and comment on touchpoints.
    pub propose: bool,
    pub comment: bool,
    pub see_kpis: bool,
    pub see_sources: bool,
    pub import: bool,
    /// Take tables and pictures away as files.
    pub export: bool,
    /// Take the figures of reports away, without anything about single customers.
    pub export_reports: bool,
    pub see_users: bool,
    pub manage_users: bool,
}

/// What the sign-in page needs to know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Door {
    pub company: String,
    /// No account exists yet: the setup link is on the console.
    pub needs_setup: bool,
    /// One-click accounts, in demo mode only.
    pub demo_accounts: Vec<DemoAccount>,
}

/// A demo account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DemoAccount {
    pub email: String,
    pub name: String,
    pub role: Role,
    pub department: Option<String>,
}

/// An invitation as its page shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invitation {
    /// Set where the account exists; the first run's link has none.
    pub email: Option<String>,
    pub name: Option<String>,
    pub role: Role,
    pub time_zone: String,
    /// Zones to choose from on first run.
    pub time_zones: Vec<String>,
}

/// One row of the users page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserRow {
    pub id: String,
    pub name: String,
    pub email: String,
    pub role: Role,
    pub department_id: Option<String>,
    pub department: Option<String>,
    pub disabled: bool,
    /// Invited, but has not chosen a password yet.
    pub invited: bool,
    /// Seconds since 1970.
    pub last_seen: Option<i64>,
    pub version: i32,
    pub is_me: bool,
}

/// The users page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Users {
    pub users: Vec<UserRow>,
    pub departments: Vec<(String, String)>,
    pub may_manage: bool,
}
