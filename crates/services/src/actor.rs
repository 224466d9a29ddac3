//! Who asks, and what they may do. Deny by default.

use contract::people::{May, Role};
use contract::{Kind, UserError};

/// Who asks.
#[derive(Debug, Clone)]
pub struct Actor {
    pub(crate) account_id: Option<String>,
    pub(crate) name: String,
    pub(crate) email: String,
    /// None for the console, which may do everything.
    pub(crate) role: Option<Role>,
    pub(crate) department: Option<String>,
    /// Ids of the own department and those below it.
    pub(crate) departments: Vec<String>,
}

impl Actor {
    /// Whoever can run commands in the data folder.
    pub fn console() -> Self {
        Self {
            account_id: None,
            name: "Command line".into(),
            email: String::new(),
            role: None,
            department: None,
            departments: Vec::new(),
        }
    }

    /// What the person may do at all; which objects, each use case decides.
    pub fn may(&self) -> May {
        use Role::{Admin, CxManager, DepartmentHead, Executive, FrontLine};
        let Some(role) = self.role else {
            return May {
                see_journeys: true,
                see_drivers: true,
                see_inventory: true,
                edit_inventory: true,
                edit_own_inventory: true,
                propose: true,
                comment: true,
                see_kpis: true,
                see_sources: true,
                import: true,
                export: true,
                export_reports: true,
                see_users: true,
                manage_users: true,
            };
        };
        May {
            see_journeys: matches!(role, CxManager | DepartmentHead | FrontLine),
            see_drivers: matches!(role, CxManager | DepartmentHead | Executive | FrontLine),
            see_inventory: matches!(role, Admin | CxManager | DepartmentHead | Executive | FrontLine),
            edit_inventory: role == CxManager,
            edit_own_inventory: matches!(role, CxManager | DepartmentHead),
            propose: matches!(role, CxManager | DepartmentHead | FrontLine),
            comment: matches!(role, CxManager | DepartmentHead),
            see_kpis: matches!(role, CxManager | DepartmentHead | Executive | FrontLine),
            see_sources: matches!(role, Admin | CxManager | DepartmentHead),
            import: matches!(role, CxManager | DepartmentHead),
            export: matches!(role, CxManager | DepartmentHead),
            export_reports: matches!(role, CxManager | DepartmentHead | Executive),
            see_users: role == Admin,
            manage_users: role == Admin,
        }
    }

    /// The departments that the person is bound to; none for those who see everything.
    pub(crate) fn scope(&self) -> Option<&[String]> {
        self.role.is_some_and(Role::has_department).then_some(&self.departments)
    }

    /// Whether something owned by this department may be changed.
    pub(crate) fn owns(&self, department_id: Option<&str>) -> bool {
        let may = self.may();
        may.edit_inventory
            || (may.edit_own_inventory
                && department_id.is_some_and(|id| self.departments.iter().any(|own| own == id)))
    }

    /// As the audit log names the person.
    pub(crate) fn audited(&self, at: i64) -> db::Actor<'_> {
        db::Actor { account_id: self.account_id.as_deref(), name: &self.name, at }
    }
}

/// Refuses unless allowed. Pages that a role has no part in do not exist for it.
pub(crate) fn need(allowed: bool, what: &str) -> Result<(), UserError> {
    if allowed { Ok(()) } else { Err(UserError::not_found(what)) }
}

/// Refuses a change to something that the person may see.
pub(crate) fn need_change(allowed: bool, what: &str) -> Result<(), UserError> {
    if allowed {
        return Ok(());
    }
    Err(UserError::new(
        Kind::Forbidden,
        "forbidden",
        format!("Your role may look at this {what}, not change it."),
    )
    .remedy("Ask a CX manager, or the department that owns it."))
}
