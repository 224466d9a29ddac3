//! Keys by which machines send events.

use contract::ingest::KeyRow;
use leptos::prelude::*;
use leptos_meta::Title;

use super::tabs::{Page, SourcesTabs};
use crate::api::machines::{AddKey, RevokeKey, keys};
use crate::components::confirm::Confirm;
use crate::components::loaded::loaded;
use crate::components::notice::Empty;
use crate::components::post::{Post, Refusal, Submission, Toast};
use contract::format::instant;

/// The page of keys.
#[component]
pub fn KeysPage() -> impl IntoView {
    let add = Submission::to::<AddKey>();
    let revoke = Submission::to::<RevokeKey>();
    let version = move || (add.done(), revoke.done());
    view! {
        <Title text="Keys for machines"/>
        <header class="page-head"><h1>"Keys for machines"</h1></header>
        <SourcesTabs page=Page::Keys/>
        <p class="lead">"With a key, a system sends its events as they happen: one, a list, or a line each. They are kept before they are acknowledged, and each counts once, however often it is sent."</p>
        <Refusal of=add/>
        <Refusal of=revoke/>
        <Toast of=revoke text="The key is revoked."/>
        <Post to=add class="inline-form">
            <input name="source" required maxlength="100" placeholder="Source, like web" aria-label="Source"/>
            <input name="name" required maxlength="120" placeholder="Name of the key, like shop server" aria-label="Name of the key"/>
            <button class="button button-main" type="submit">"Make a key"</button>
        </Post>
        <div role="status">
            {move || add.answer().map(|token| view! {
                <div class="notice">
                    <p class="notice-what">"The key, shown this once:"</p>
                    <p><code class="token">{token.clone()}</code></p>
                    <pre class="example">{format!("curl -H 'Authorization: Bearer {token}' -H 'Content-Type: application/json' \\\n  -d '{{\"customer\":\"4711\",\"time\":\"2026-03-01T14:03:22Z\",\"activity\":\"Order status\",\"id\":\"e-1\",\"attributes\":{{\"channel\":\"web\"}}}}' \\\n  ADDRESS/api/v1/events")}</pre>
                </div>
            })}
        </div>
        {loaded(version, |_| keys(), move |found: Vec<KeyRow>| if found.is_empty() {
            view! { <Empty title="No key yet"><p>"A key belongs to one source and can do nothing but add events to it."</p></Empty> }.into_any()
        } else {
            view! {
                <div class="table-box" tabindex="0" role="region" aria-label="Keys">
                    <table class="table">
                        <thead><tr><th>"Key"</th><th>"Source"</th><th>"State"</th><th class="number">"Made (UTC)"</th><th class="number">"Last used (UTC)"</th><th><span class="visually-hidden">"Actions"</span></th></tr></thead>
                        <tbody>{found.into_iter().map(|key| view! { <Row key revoke/> }).collect_view()}</tbody>
                    </table>
                </div>
            }.into_any()
        })}
    }
}

#[component]
fn Row(key: KeyRow, revoke: Submission) -> impl IntoView {
    let KeyRow { id, name, source, created, used, revoked } = key;
    view! {
        <tr>
            <th scope="row">{name.clone()}</th>
            <td>{source}</td>
            <td>{if revoked { view! { <span class="badge">"revoked"</span> } } else { view! { <span class="badge badge-good">"active"</span> } }}</td>
            <td class="number">{instant(created)}</td>
            <td class="number">{used.map(instant)}</td>
            <td class="row-actions">
                {(!revoked).then(|| view! {
                    <Confirm word="Revoke" effect=format!("Nothing comes in by {name} any more. That can't be undone; make a new key instead.")>
                        <Post to=revoke>
                            <input type="hidden" name="id" value=id/>
                            <button class="button" type="submit">"Revoke the key"</button>
                        </Post>
                    </Confirm>
                })}
            </td>
        </tr>
    }
}
