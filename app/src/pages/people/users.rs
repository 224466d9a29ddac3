//! Who may sign in, and as what.

use contract::people::{Role, UserRow, Users};
use leptos::prelude::*;
use leptos_meta::Title;

use crate::api::people::{AddUser, ChangeUser, InviteAgain, users};
use crate::components::loaded::loaded;
use crate::components::post::{Post, Refusal, Submission};
use contract::format::instant;

/// The users page.
#[component]
pub fn UsersPage() -> impl IntoView {
    let add = Submission::to::<AddUser>();
    let change = Submission::to::<ChangeUser>();
    let again = Submission::to::<InviteAgain>();
    let version = move || (add.done(), change.done(), again.done());
    let latest = RwSignal::new(None::<String>);
    Effect::new(move |_| latest.set(add.answer()));
    Effect::new(move |_| latest.set(again.answer()));
    view! {
        <Title text="Users"/>
        <header class="page-head"><h1>"Users"</h1></header>
        {move || latest.get().map(|path| view! {
            <div class="notice notice-good" role="status">
                <p class="notice-what">"The link is ready. It is shown only now, and works once within 7 days."</p>
                <p><input class="link" type="text" readonly aria-label="Link" value=whole(&path)/></p>
                <p>"Select it, copy it, and send it to them."</p>
            </div>
        })}
        <Refusal of=add/>
        <Refusal of=change/>
        <Refusal of=again/>
        {loaded(version, |_| users(), move |users| view! { <List users add change again/> }.into_any())}
    }
}

/// The link with the address of this server in front; only ever made in the browser.
fn whole(path: &str) -> String {
    format!("{}{path}", location().origin().unwrap_or_default())
}

#[component]
fn List(users: Users, add: Submission, change: Submission, again: Submission) -> impl IntoView {
    let Users { users, departments, may_manage } = users;
    let choices = departments.clone();
    view! {
        <div class="table-box" tabindex="0" role="region" aria-label="Users">
            <table class="table">
                <thead><tr><th>"Name"</th><th>"E-mail"</th><th>"Role and department"</th><th class="number">"Last seen (UTC)"</th><th>"Link"</th></tr></thead>
                <tbody>
                    {users.into_iter().map(|user| view! { <Row user departments=departments.clone() change again may_manage/> }).collect_view()}
                </tbody>
            </table>
        </div>
        {may_manage.then(|| view! {
            <section class="section">
                <h2>"Add someone"</h2>
                <Post to=add reset=() class="form form-row">
                    <label class="field"><span>"Name"</span><input name="name" required maxlength="200"/></label>
                    <label class="field"><span>"E-mail"</span><input type="email" name="email" required/></label>
                    <label class="field">
                        <span>"Role"</span>
                        <select name="role">{Role::ALL.into_iter().map(|role| view! { <option value=role.key()>{role.label()}</option> }).collect_view()}</select>
                    </label>
                    <label class="field">
                        <span>"Department"</span>
                        <select name="department_id">
                            <option value="">"None"</option>
                            {choices.into_iter().map(|(id, name)| view! { <option value=id>{name}</option> }).collect_view()}
                        </select>
                        <small>"For heads and front line."</small>
                    </label>
                    <button class="button button-main" type="submit">"Add and make a link"</button>
                </Post>
            </section>
        })}
    }
}

#[component]
fn Row(
    user: UserRow,
    departments: Vec<(String, String)>,
    change: Submission,
    again: Submission,
    may_manage: bool,
) -> impl IntoView {
    let UserRow {
        id,
        name,
        email,
        role,
        department_id,
        department,
        disabled,
        invited,
        last_seen,
        version,
        is_me,
    } = user;
    let state = if disabled {
        Some("disabled")
    } else if invited {
        Some("invited")
    } else {
        None
    };
    let editable = may_manage && !is_me;
    let who = name.clone();
    let changed = id.clone();
    view! {
        <tr>
            <th scope="row">{name} {state.map(|state| view! { " " <span class="badge">{state}</span> })}</th>
            <td>{email}</td>
            <td>
                {if editable {
                    view! {
                        <Post to=change class="inline-form">
                            <input type="hidden" name="id" value=changed/>
                            <input type="hidden" name="version" value=version.to_string()/>
                            <select name="role" aria-label=format!("Role of {who}")>
                                {Role::ALL.into_iter().map(|one| view! { <option value=one.key() selected=one == role>{one.label()}</option> }).collect_view()}
                            </select>
                            <select name="department_id" aria-label=format!("Department of {who}")>
                                <option value="">"No department"</option>
                                {departments.into_iter().map(|(key, name)| { let chosen = Some(&key) == department_id.as_ref(); view! { <option value=key selected=chosen>{name}</option> } }).collect_view()}
                            </select>
                            <label class="check"><input type="checkbox" name="disabled" value="1" checked=disabled/>"Disabled"</label>
                            <button class="button" type="submit">"Save"</button>
                        </Post>
                    }.into_any()
                } else {
                    view! { {role.label()} {department.map(|name| format!(", {name}"))} }.into_any()
                }}
            </td>
            <td class="number">{last_seen.map(instant)}</td>
            <td>
                {editable.then(|| view! {
                    <Post to=again>
                        <input type="hidden" name="id" value=id.clone()/>
                        <button class="button button-quiet" type="submit">"New link"</button>
                    </Post>
                })}
            </td>
        </tr>
    }
}
