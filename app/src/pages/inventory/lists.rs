//! Departments, stages and channels: the names that touchpoints choose from.

use contract::inventory::{ListsView, Named, NamedKind};
use leptos::prelude::*;
use leptos_meta::Title;

use super::tabs::{InventoryTabs, Page};
use crate::api::inventory::{AddName, DeleteName, PutBelow, Rename, lists};
use crate::components::combobox::submit_around;
use crate::components::loaded::loaded;
use crate::components::owner::swatch;
use crate::components::post::{Post, Refusal, Submission};
use contract::format::counted;

/// The three lists.
#[component]
pub fn ListsPage() -> impl IntoView {
    let add = Submission::to::<AddName>();
    let rename = Submission::to::<Rename>();
    let delete = Submission::to::<DeleteName>();
    let below = Submission::to::<PutBelow>();
    let version = move || (add.done(), rename.done(), delete.done(), below.done());
    view! {
        <Title text="Departments, stages, channels"/>
        <header class="page-head"><h1>"Departments, stages, channels"</h1></header>
        <InventoryTabs page=Page::Lists/>
        <Refusal of=add/>
        <Refusal of=rename/>
        <Refusal of=delete/>
        <Refusal of=below/>
        {loaded(version, |_| lists(), move |ListsView { departments, stages, channels, may_edit }| view! {
                        <div class="columns">
                            <Names kind=NamedKind::Department title="Departments" help="The silos. Each has a colour that stays." names=departments add rename delete below may_edit/>
                            <Names kind=NamedKind::Stage title="Stages" help="Steps of the customer's life with the company." names=stages add rename delete below may_edit/>
                            <Names kind=NamedKind::Channel title="Channels" help="Ways in which customer and company meet." names=channels add rename delete below may_edit/>
                        </div>
                    }.into_any())}
    }
}

#[component]
fn Names(
    kind: NamedKind,
    title: &'static str,
    help: &'static str,
    names: Vec<Named>,
    add: Submission,
    rename: Submission,
    delete: Submission,
    below: Submission,
    may_edit: bool,
) -> impl IntoView {
    let others = StoredValue::new(names.clone());
    view! {
        <section class="section">
            <h2>{title}</h2>
            <p class="help">{help}</p>
            <ul class="names">
                {names.into_iter().map(|name| view! { <Line kind name others rename delete below may_edit/> }).collect_view()}
            </ul>
            {may_edit.then(|| view! {
                <Post to=add class="inline-form">
                    <input type="hidden" name="kind" value=kind.key()/>
                    <input name="name" required maxlength="120" placeholder="New name" aria-label=format!("New {}", kind.key())/>
                    <button class="button" type="submit">"Add"</button>
                </Post>
            })}
        </section>
    }
}

#[component]
fn Line(
    kind: NamedKind,
    name: Named,
    others: StoredValue<Vec<Named>>,
    rename: Submission,
    delete: Submission,
    below: Submission,
    may_edit: bool,
) -> impl IntoView {
    let Named { id, name, position, version, touchpoints, parent } = name;
    let (renamed, own) = (id.clone(), id.clone());
    let above = parent.as_ref().and_then(|parent| {
        others.with_value(|all| all.iter().find(|one| one.id == *parent).map(|one| one.name.clone()))
    });
    let of_department = kind == NamedKind::Department;
    let called = name.clone();
    view! {
        <li>
            {(kind == NamedKind::Department).then(|| view! { <span class=format!("swatch {}", swatch(Some(position))) aria-hidden="true"></span> })}
            {if may_edit {
                view! {
                    <Post to=rename class="inline-form">
                        <input type="hidden" name="kind" value=kind.key()/>
                        <input type="hidden" name="id" value=renamed/>
                        <input type="hidden" name="version" value=version.to_string()/>
                        <input name="name" value=name.clone() required maxlength="120" aria-label=format!("Name of {name}")/>
                        <button class="button button-quiet" type="submit">"Rename"</button>
                    </Post>
                }.into_any()
            } else {
                view! { <span>{name.clone()}</span> }.into_any()
            }}
            {(of_department && may_edit).then(|| view! {
                <Post to=below class="names-below">
                    <input type="hidden" name="id" value=own.clone()/>
                    <input type="hidden" name="version" value=version.to_string()/>
                    <select name="parent" aria-label=format!("Department above {called}") on:change=move |event| submit_around(&event)>
                        <option value="">"Below none"</option>
                        {others.with_value(|all| all.iter().filter(|one| one.id != own).map(|one| view! { <option value=one.id.clone() selected=parent.as_ref() == Some(&one.id)>{format!("Below {}", one.name)}</option> }).collect_view())}
                    </select>
                    <noscript><button class="button button-quiet" type="submit">"Move"</button></noscript>
                </Post>
            })}
            {(of_department && !may_edit).then_some(above).flatten().map(|above| view! { <span class="names-use">{format!("below {above}")}</span> })}
            <span class="names-use">{counted(u64::from(touchpoints), "touchpoint", "touchpoints")}</span>
            {(may_edit && touchpoints == 0).then(|| view! {
                <Post to=delete>
                    <input type="hidden" name="kind" value=kind.key()/>
                    <input type="hidden" name="id" value=id/>
                    <input type="hidden" name="version" value=version.to_string()/>
                    <button class="button button-quiet" type="submit">"Remove"</button>
                </Post>
            })}
        </li>
    }
}
