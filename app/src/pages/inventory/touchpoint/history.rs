//! Every change of a touchpoint, with who and when, and the way back.

use contract::inventory::ChangeView;
use leptos::prelude::*;

use super::Actions;
use crate::components::post::Post;
use contract::format::instant;

#[component]
pub fn History(changes: Vec<ChangeView>, latest: String, actions: Actions) -> impl IntoView {
    let none = changes.is_empty();
    let latest = StoredValue::new(latest);
    view! {
        {none.then(|| view! { <p class="help">"No change yet."</p> })}
        <ul class="history">
            {changes.into_iter().map(|ChangeView { id, at, by, action, details }| view! {
                <li>
                    <span class="history-what"><span class="history-when">{instant(at)} " UTC"</span> <strong>{by}</strong> " " {action} " " {details.join("; ")}</span>
                    {id.map(|id| view! {
                        <Post to=actions.restore>
                            <input type="hidden" name="id" value=id/>
                            <input type="hidden" name="latest" value=latest.get_value()/>
                            <button class="button button-quiet" type="submit" title="Puts back what stood there before this change">"Restore"</button>
                        </Post>
                    })}
                </li>
            }).collect_view()}
        </ul>
    }
}
