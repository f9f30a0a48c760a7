//! A plan that was bound anew under its run: what has not begun may become
//! another, what has begun stays what it is.

use super::{ChangeStatus, Run, StepState};
use crate::domain::fault::Fault;
use crate::respond::plan::{Plan, StepKind};

impl Run {
    /// Nothing of a step was done, tried or said.
    pub fn is_untouched(&self, step: usize) -> bool {
        self.steps[step] == StepState::new(&self.plan.steps[step])
    }

    /// A step has run, or was tried: why it was done stands from then on.
    pub fn has_run(&self) -> bool {
        let mut steps = self.plan.steps.iter().zip(&self.steps);
        steps.any(|(step, state)| {
            let tried = state.changes.iter().any(|change| change.called || change.status != ChangeStatus::Pending);
            let gathered = state.recorded || !state.evidence.is_empty() || !state.missed.is_empty();
            !matches!(step.kind, StepKind::Decide | StepKind::ByHand) && (tried || gathered)
        })
    }

    /// Goes on with the plan bound anew; the next command writes it to the
    /// journal. It is refused where it is another plan, where a step that has
    /// begun would become another, or where another reason comes after the deed.
    pub fn amend(&mut self, plan: Plan) -> Result<(), Fault> {
        if plan == self.plan {
            return Ok(());
        }
        if self.is_busy() {
            return Err(self.refuse("a step is running"));
        }
        let ids = |plan: &Plan| plan.steps.iter().map(|step| step.id.clone()).collect::<Vec<_>>();
        if plan.key() != self.plan.key() || ids(&plan) != ids(&self.plan) {
            return Err(self.refuse("it is another plan"));
        }
        if (&plan.reason, &plan.ticket) != (&self.plan.reason, &self.plan.ticket) && self.has_run() {
            return Err(self.refuse("a step has run: its reason and its ticket stand, and a note can be added"));
        }
        let other = |at: &usize| plan.steps[*at] != self.plan.steps[*at];
        let changed: Vec<usize> = (0..plan.steps.len()).filter(other).collect();
        if let Some(begun) = changed.iter().find(|at| !self.is_untouched(**at)) {
            let why = format!("step '{}' has begun: what it does can no longer be chosen", plan.steps[*begun].id);
            return Err(self.refuse(why));
        }
        for at in changed {
            self.steps[at] = StepState::new(&plan.steps[at]);
        }
        self.plan = plan;
        self.filed = false;
        Ok(())
    }

    /// The run as the journal has it, under the plan that this one was bound to
    /// anew since. It is refused where what is written has gone another way.
    pub fn over(&self, written: Self) -> Result<Self, Fault> {
        let mut run = written;
        if !self.filed {
            run.amend(self.plan.clone())?;
        }
        Ok(run)
    }
}
