//! What a run can be asked to do, how that is confirmed, and which jobs it comes down to.

use serde::{Deserialize, Serialize};

use super::{Job, Run, StepStatus};
use crate::domain::fault::Fault;
use crate::respond::plan::Confirm;

/// What a run is asked to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "command")]
pub enum Command {
    /// Run these steps, in the plan's order.
    Run {
        /// Their ids.
        steps: Vec<String>,
    },
    /// Read again whether what a step brought about still holds.
    Verify {
        /// Its id.
        step: String,
    },
    /// Bring one object of a step to where it is wanted, and leave its others as they are.
    Retry {
        /// The step's id.
        step: String,
        /// The change's place in the step.
        change: usize,
    },
    /// Take a step back; or all, the newest first.
    Undo {
        /// Its id, none for all.
        step: Option<String>,
    },
    /// Find out what became of calls whose outcome was never written.
    Recover,
    /// What was cut off is left as it stands, and nothing more is meant to come of it.
    Leave {
        /// Why.
        reason: String,
    },
    /// Leave a step out.
    Skip {
        /// Its id.
        step: String,
        /// Why.
        reason: String,
    },
    /// A step by hand is done, or a question is decided.
    Acknowledge {
        /// Its id.
        step: String,
        /// What was done or decided.
        note: String,
    },
}

impl Command {
    /// Carrying it out may change something in AWS; the others only read, and write to the case.
    pub fn writes(&self) -> bool {
        matches!(self, Self::Run { .. } | Self::Retry { .. } | Self::Undo { .. })
    }
}

impl Run {
    /// What goes on with a command that was cut off: the steps of it that are
    /// not done, or the rest of an undo; none where nothing was cut off or
    /// nothing of it is left.
    pub fn rest(&self) -> Option<Command> {
        match self.under_way.as_ref()? {
            Command::Run { steps } => {
                let left: Vec<String> = steps.iter().filter(|id| self.can_run(id)).cloned().collect();
                (!left.is_empty()).then_some(Command::Run { steps: left })
            }
            other => Some(other.clone()),
        }
    }

    /// A step that can still be run to some effect. One of which it is not known
    /// whether its call arrived is run again only where it is named.
    pub fn can_run(&self, id: &str) -> bool {
        use StepStatus::{Already, Done, NotApplicable, NotKnown, Refused, Skipped, Undecided};
        let status = self.plan.step(id).map(|(at, _)| self.status(at));
        let over = |status| matches!(status, Done | Already | NotApplicable | NotKnown | Refused | Skipped | Undecided);
        status.is_some_and(|status| !over(status))
    }

    /// How a command has to be confirmed. `headless` asks for the target's id
    /// for whatever changes something.
    pub fn confirmation(&self, command: &Command, headless: bool) -> Confirm {
        let typing = || Confirm::Typing(self.plan.target.id.clone());
        match command {
            Command::Run { steps } => {
                let steps: Vec<_> = steps.iter().filter_map(|id| self.plan.step(id)).map(|(_, step)| step).collect();
                let writes = steps.iter().any(|step| step.writes());
                if let Some(step) = steps.iter().find(|step| matches!(step.confirm, Confirm::Typing(_))) {
                    step.confirm.clone()
                } else if headless && writes {
                    typing()
                } else if steps.iter().any(|step| step.confirm == Confirm::Twice) {
                    Confirm::Twice
                } else if writes {
                    Confirm::Choice
                } else {
                    Confirm::Nothing
                }
            }
            Command::Retry { step, .. } => {
                let whole = Command::Run { steps: vec![step.clone()] };
                self.confirmation(&whole, headless)
            }
            Command::Undo { .. } if headless => typing(),
            Command::Undo { .. } => Confirm::Choice,
            _ => Confirm::Nothing,
        }
    }

    pub(super) fn jobs_of(&self, command: &Command) -> Result<Vec<Job>, Fault> {
        let find = |id: &str| {
            self.plan.step(id).map(|(at, _)| at).ok_or_else(|| {
                let all: Vec<_> = self.plan.steps.iter().map(|step| step.id.as_str()).collect();
                self.refuse(format!("there is no step '{id}'; there are {}", all.join(", ")))
            })
        };
        match command {
            Command::Run { steps } => {
                let mut wanted = Vec::new();
                for id in steps {
                    wanted.push(self.runnable(find(id)?)?);
                }
                wanted.sort_unstable();
                wanted.dedup();
                Ok(wanted.into_iter().map(Job::Run).collect())
            }
            Command::Retry { step, change } => {
                let at = self.runnable(find(step)?)?;
                if *change >= self.plan.steps[at].changes.len() {
                    return Err(self.refuse(format!("step '{step}' has no object with the number {}", change + 1)));
                }
                Ok(vec![Job::One(at, *change)])
            }
            Command::Verify { step } => Ok(vec![Job::Verify(find(step)?)]),
            Command::Undo { step: Some(step) } => Ok(vec![Job::Undo(find(step)?)]),
            Command::Undo { step: None } => Ok(self.order.iter().rev().map(|at| Job::Undo(*at)).collect()),
            Command::Recover | Command::Leave { .. } => Ok(Vec::new()),
            Command::Skip { step, .. } | Command::Acknowledge { step, .. } => find(step).map(|_| Vec::new()),
        }
    }

    /// The step may be run: it applies, and no guardrail refuses it.
    fn runnable(&self, at: usize) -> Result<usize, Fault> {
        let step = &self.plan.steps[at];
        if step.undecided {
            let why = self.plan.ways_out(step);
            return Err(self.refuse(format!("step '{}' needs a decision: {why}", step.id)));
        }
        if let Some(why) = &step.not_applicable {
            return Err(self.refuse(format!("step '{}' does not apply: {why}", step.id)));
        }
        if let Some(why) = &step.refused {
            return Err(self.refuse(format!("a guardrail refuses step '{}': {why}", step.id)));
        }
        Ok(at)
    }
}
