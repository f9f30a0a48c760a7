//! What happens to the pages of actors and resources, and to their stories.

use super::super::effect::Effect;
use super::super::overlay::Overlay;
use super::super::page::{Page, PageKind};
use super::super::{Action, Model, Pane, dossier};
use crate::knowledge::Told;
use crate::trail::portrait::{About, Portrait};

/// An action that opens a page or a story.
pub fn act(model: &mut Model, action: Action, out: &mut Vec<Effect>) {
    let of_actor = matches!(action, Action::ActorPage | Action::ActorStory);
    let about = if of_actor { actor(model) } else { resource(model) };
    let Some(about) = about else {
        let what = if of_actor { "no event is selected" } else { "no resource is named here" };
        model.notices.say(what, model.now);
        return;
    };
    let story = matches!(action, Action::ActorStory | Action::ResourceStory);
    let title = if story { dossier::story_title(&about) } else { dossier::title(&about) };
    let generation = model.next_generation();
    let width = model.overlay_area().width.saturating_sub(2);
    let mut page = Page::new(PageKind::Dossier, title, dossier::waiting(), width);
    page.asked = Some(generation);
    model.overlays.push(Overlay::Page(page));
    let (window, timeline) = (model.events.span, model.timeline.clone());
    out.push(if story {
        Effect::Tell { generation, about, window, timeline }
    } else {
        Effect::Portray { generation, about, window, timeline }
    });
}

/// The actor of the selected event, with the keys of its chain of sessions.
fn actor(model: &Model) -> Option<About> {
    let actor = &model.picked.as_ref()?.event.actor;
    let mut keys = model.sessions.family(&actor.access_key);
    keys.retain(|key| !key.is_empty());
    if !actor.access_key.is_empty() && !keys.contains(&actor.access_key) {
        keys.push(actor.access_key.clone());
    }
    Some(About::Actor { name: actor.name.clone(), keys })
}

/// The instance that is shown where its pane has the focus, else what the event names first.
fn resource(model: &Model) -> Option<About> {
    if model.focus == Pane::Instance
        && let Some(subject) = &model.instance.subject
    {
        return Some(About::Resource(subject.id.clone()));
    }
    let id = &model.picked.as_ref()?.event.resources.first()?.id;
    Some(About::Resource(id.clone()))
}

/// A page's answer came; true where the page still waits for it.
pub fn portrayed(model: &mut Model, generation: u64, portrait: &Portrait) -> bool {
    let lines = dossier::lines(model, portrait);
    fill(model, generation, lines)
}

/// A story came; true where its page still waits for it.
pub fn told(model: &mut Model, generation: u64, story: &[Told], left_out: usize) -> bool {
    fill(model, generation, dossier::story_lines(story, left_out))
}

fn fill(model: &mut Model, generation: u64, lines: Vec<super::super::prose::Line>) -> bool {
    let width = model.overlay_area().width.saturating_sub(2);
    for overlay in &mut model.overlays {
        if let Overlay::Page(page) = overlay
            && page.asked == Some(generation)
        {
            page.fill(lines, width);
            return true;
        }
    }
    false
}
