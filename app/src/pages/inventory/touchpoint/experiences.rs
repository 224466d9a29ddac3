//! The experiences of a touchpoint as a range from worst to best, with their measured shares.

use contract::inventory::{ExperienceView, SampleView, TouchpointView};
use leptos::prelude::*;

use super::Actions;
use crate::components::confirm::Confirm;
use crate::components::post::Post;
use contract::format::{count, percent};

/// An emotion with its sign: -2 to +2.
fn signed(emotion: i32) -> String {
    if emotion == 0 { "0".to_owned() } else { format!("{emotion:+}") }
}

/// What an experience means for the promise.
const PROMISES: [(&str, &str); 3] =
    [("", "Says nothing of the promise"), ("kept", "Keeps the promise"), ("broken", "Breaks the promise")];

#[component]
pub fn Experiences(of: TouchpointView, actions: Actions) -> impl IntoView {
    let TouchpointView { id, mut experiences, may_edit, kept, promise, .. } = of;
    experiences.sort_by_key(|one| one.emotion);
    let none = experiences.is_empty();
    let promised = !promise.is_empty();
    view! {
        <Range experiences=experiences.clone()/>
        {kept.filter(|_| promised).map(|kept| view! { <p class="kept">{format!("The promise was kept in {} of the events that keep or break it.", percent(kept))}</p> })}
        {none.then(|| view! { <p class="help">"None yet. With at least one good and one bad experience, their shares are measured."</p> })}
        <ul class="experiences">
            {experiences.into_iter().map(|one| view! { <Line touchpoint=id.clone() one may_edit actions/> }).collect_view()}
        </ul>
        {may_edit.then(|| view! {
            <Post to=actions.save_experience class="inline-form" reset=()>
                <input type="hidden" name="form[id]" value=""/>
                <input type="hidden" name="form[version]" value="0"/>
                <input type="hidden" name="form[touchpoint_id]" value=id/>
                <input name="form[name]" required maxlength="120" placeholder="New experience" aria-label="Name of a new experience"/>
                <Emotion chosen=0/>
                <Kept chosen=String::new()/>
                <label class="check"><input type="checkbox" name="form[failure]" value="1"/>"Failure"</label>
                <button class="button" type="submit">"Add"</button>
            </Post>
        })}
    }
}

#[component]
fn Emotion(chosen: i32) -> impl IntoView {
    view! {
        <select name="form[emotion]" aria-label="Emotion, from -2 to 2">
            {(-2..=2).map(|value: i32| view! { <option value=value.to_string() selected=value == chosen>{signed(value)}</option> }).collect_view()}
        </select>
    }
}

#[component]
fn Kept(chosen: String) -> impl IntoView {
    view! {
        <select name="form[promise]" aria-label="What it means for the promise">
            {PROMISES.into_iter().map(|(key, label)| view! { <option value=key selected=key == chosen>{label}</option> }).collect_view()}
        </select>
    }
}

/// The shares of the experiences in one bar, from worst to best.
#[component]
fn Range(experiences: Vec<ExperienceView>) -> impl IntoView {
    let mut left = 0.0;
    let parts: Vec<(f64, f64, i32, String)> = experiences
        .into_iter()
        .filter_map(|one| {
            let share = one.share.filter(|share| *share > 0.0)?;
            let from = left;
            left += share;
            Some((from, share, one.emotion, format!("{}: {}", one.name, percent(share))))
        })
        .collect();
    (!parts.is_empty()).then(|| {
        let said = parts.iter().map(|(.., label)| label.clone()).collect::<Vec<_>>().join("; ");
        let rest = (1.0 - left).max(0.0);
        view! {
            <svg class="range" viewBox="0 0 100 12" preserveAspectRatio="none" role="img" aria-label=format!("Shares of experiences. {said}")>
                {parts.into_iter().map(|(from, share, emotion, label)| view! {
                    <rect class=format!("range-{emotion}") x=format!("{:.2}", from * 100.0) width=format!("{:.2}", (share * 100.0 - 0.3).max(0.2)) height="12"><title>{label}</title></rect>
                }).collect_view()}
                {(rest > 0.001).then(|| view! { <rect class="range-rest" x=format!("{:.2}", left * 100.0) width=format!("{:.2}", rest * 100.0) height="12"><title>{format!("None of them: {}", percent(rest))}</title></rect> })}
            </svg>
        }
    })
}

#[component]
fn Line(touchpoint: String, one: ExperienceView, may_edit: bool, actions: Actions) -> impl IntoView {
    let ExperienceView { id, name, emotion, failure, promise, events, share, sample, version } = one;
    let measured = match (events, share, &sample) {
        (Some(events), Some(share), _) if events > 0 => {
            format!("{} events, {} of this touchpoint\u{2019}s", count(events), percent(share))
        }
        (_, Some(share), Some(SampleView { asked, said, day, .. })) => {
            format!("{} of {} asked, {} ({day})", count(*said), count(*asked), percent(share))
        }
        (Some(events), ..) => format!("{} events", count(events)),
        _ => String::new(),
    };
    let sampled = sample.as_ref().map(|sample| sample.id.clone());
    let (edit_id, sample_of, gone) = (id.clone(), id.clone(), id);
    let title = name.clone();
    let word = PROMISES.iter().find(|(key, _)| *key == promise && !key.is_empty()).map(|(_, label)| *label);
    view! {
        <li>
            <span class=format!("emotion emotion-{emotion}")>{signed(emotion)}</span>
            <strong>{name.clone()}</strong>
            {failure.then(|| view! { <span class="badge badge-bad">"failure"</span> })}
            {word.map(|word| view! { <span class="badge">{word}</span> })}
            <span class="number">{measured}</span>
            {may_edit.then(|| view! {
                <details class="confirm">
                    <summary class="button button-quiet" aria-label=format!("Change {title}")>"Change"</summary>
                    <div class="confirm-box">
                        <Post to=actions.save_experience class="form">
                            <input type="hidden" name="form[id]" value=edit_id/>
                            <input type="hidden" name="form[version]" value=version.to_string()/>
                            <input type="hidden" name="form[touchpoint_id]" value=touchpoint/>
                            <label class="field"><span>"Name"</span><input name="form[name]" value=name required maxlength="120"/></label>
                            <label class="field"><span>"Emotion"</span><Emotion chosen=emotion/></label>
                            <label class="field"><span>"Promise"</span><Kept chosen=promise/></label>
                            <label class="check"><input type="checkbox" name="form[failure]" value="1" checked=failure/>"Failure"</label>
                            <button class="button button-main" type="submit">"Save"</button>
                        </Post>
                        <h3>"A sample, where no log shows it"</h3>
                        <Post to=actions.add_sample class="form">
                            <input type="hidden" name="experience_id" value=sample_of/>
                            <label class="field"><span>"Day"</span><input type="date" name="day" required/></label>
                            <label class="field"><span>"Asked"</span><input name="asked" inputmode="numeric" pattern="[0-9]+" required/></label>
                            <label class="field"><span>"Said so"</span><input name="said" inputmode="numeric" pattern="[0-9]+" required/></label>
                            <button class="button" type="submit">"Add the sample"</button>
                        </Post>
                        {sampled.map(|id| view! {
                            <Post to=actions.delete_sample>
                                <input type="hidden" name="id" value=id/>
                                <button class="button button-quiet" type="submit">"Remove the latest sample"</button>
                            </Post>
                        })}
                    </div>
                </details>
                <Confirm word="Remove" effect="The experience goes, and its rules with it. Their events stay; other rules may recognise them, or none.">
                    <Post to=actions.delete_experience>
                        <input type="hidden" name="id" value=gone/>
                        <input type="hidden" name="version" value=version.to_string()/>
                        <button class="button button-danger" type="submit">"Remove the experience"</button>
                    </Post>
                </Confirm>
            })}
        </li>
    }
}
